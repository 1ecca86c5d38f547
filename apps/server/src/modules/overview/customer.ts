import { today, type Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, get, list, type Printed } from '#kernel/store.ts'
import { invoices } from '#modules/billing/index.ts'
import { customers } from '#modules/customers/index.ts'
import { payments } from '#modules/payments/index.ts'
import { sessions } from '#modules/radius/index.ts'
import { services } from '#modules/services/index.ts'

/** All that is asked in the first ten seconds of a call: who, paid, online, why blocked. */
export async function customerOverview(ctx: Ctx, customer_id: string) {
  const customer = await get(ctx, asResource(customers), customer_id)
  const may = (noun: string) => ctx.access.can(noun, 'list')
  const none = { data: [] as Printed[] }
  const [had, open, unpaid, paid, titles, next] = await Promise.all([
    may('service')
      ? list(ctx, asResource(services), { customer_id, limit: '100', sort: 'created_at' })
      : none,
    may('session') ? list(ctx, asResource(sessions), { customer_id, status: 'online', limit: '100' }) : none,
    may('invoice')
      ? list(ctx, asResource(invoices), {
          customer_id,
          'status[in]': 'final,partially_paid,overdue',
          limit: '50',
        })
      : none,
    may('payment') ? list(ctx, asResource(payments), { customer_id, limit: '1' }) : none,
    ctx.db.all(
      sql<{
        id: string
        title: string
      }>`select id, title from tariffs where id in (select tariff_id from services where customer_id = ${customer_id})`,
    ),
    nextInvoice(ctx, customer),
  ])
  const title = new Map(titles.map((tariff) => [tariff.id, tariff.title]))
  const online = open.data.map((session) => String(session.started_at)).sort()
  return {
    customer,
    services: had.data.map((service) => {
      const session = open.data.find((candidate) => candidate.service_id === service.id)
      return {
        ...service,
        tariff_title: title.get(String(service.tariff_id)) ?? null,
        online: session !== undefined,
        session: session ?? null,
      }
    }),
    open_invoices: unpaid.data,
    balance: customer.balance,
    next_invoice: next,
    online_since: online[0] ?? null,
    last_payment: paid.data[0] ?? null,
    why_status: whyStatus(ctx, customer),
  }
}

/** When the next run takes the customer, and what a month of the active services costs, net. */
async function nextInvoice(
  ctx: Ctx,
  customer: Printed,
): Promise<{ date: string; amount: string | null } | null> {
  if (typeof customer.next_billing_on !== 'string' || customer.status === 'disabled') return null
  if (ctx.access.hidden('service').has('price')) return { date: customer.next_billing_on, amount: null }
  const { total } = await ctx.db.one(sql<{ total: bigint }>`
    select coalesce(sum(p.price * p.quantity), 0)::bigint as total
    from service_periods p
    join services s on s.tenant_id = p.tenant_id and s.id = p.service_id
    where s.customer_id = ${customer.id} and s.service_type <> 'one_time' and p.status = 'active' and p.during @> ${today(ctx)}::date`)
  return { date: customer.next_billing_on, amount: formatDecimal(total, currencyDigits(ctx.tenant.currency)) }
}

function whyStatus(ctx: Ctx, customer: Printed): string | null {
  if (typeof customer.status_since !== 'string') return null
  const since = Temporal.Instant.from(customer.status_since)
    .toZonedDateTimeISO(ctx.tenant.time_zone)
    .toPlainDate()
  const reason = customer.status_reason ? `: ${String(customer.status_reason).replace(/\.$/, '')}` : ''
  return `The customer is ${String(customer.status)} since ${since.toString()}${reason}.`
}

export type TimelineEntry = {
  id: string
  at: string
  kind: 'status' | 'service' | 'invoice' | 'payment' | 'session' | 'audit' | 'coa'
  title: string
  detail: string | null
  noun: string
  row_id: string
  actor: { kind: string; name: string } | null
  cause: unknown
}

/** Everything that happened to a customer, newest first. Ids are UUIDv7, so their order is that of time, whatever table they are in. */
export async function customerTimeline(
  ctx: Ctx,
  customer_id: string,
  limit: number,
  cursor: string | undefined,
): Promise<{ data: TimelineEntry[]; next_cursor: string | null }> {
  mustBeAbleTo(ctx, asResource(customers), 'get')
  await get(ctx, asResource(customers), customer_id)
  const before = cursor ? sql`and id < ${cursor}::uuid` : sql``
  const may = (noun: string) => sql`${ctx.access.can(noun, 'list')}::boolean`
  const rows = await ctx.db.all(sql<
    Omit<TimelineEntry, 'kind' | 'title'> & { action: string; about: string | null }
  >`
    select * from (
      (select id, at, noun, row_id, action, reason as detail, null as about,
        jsonb_build_object('kind', actor_kind, 'name', actor_name) as actor, cause
       from audit_events
       where row_id in (
         select ${customer_id}::uuid
         union all select s.id from services s where s.customer_id = ${customer_id} and ${may('service')}
         union all select c.id from contacts c where c.customer_id = ${customer_id} and ${may('contact')})
         ${before}
       order by id desc limit ${limit + 1})
      union all
      (select id, created_at, 'invoice', id, 'created', status, number || ' · ' || to_char(total / 10 ^ ${currencyDigits(ctx.tenant.currency)}::int, 'FM999999990.00') || ' ' || currency, null, '[]'
       from invoices where customer_id = ${customer_id} and ${may('invoice')} ${before} order by id desc limit ${limit + 1})
      union all
      (select id, created_at, 'payment', id, status, comment, to_char(amount / 10 ^ ${currencyDigits(ctx.tenant.currency)}::int, 'FM999999990.00') || ' ' || currency || ' · ' || replace(method, '_', ' '), null, '[]'
       from payments where customer_id = ${customer_id} and ${may('payment')} ${before} order by id desc limit ${limit + 1})
      union all
      (select id, started_at, 'session', id, status, stop_cause, login || coalesce(' · ' || host(ip), ''), null, '[]'
       from sessions where customer_id = ${customer_id} and ${may('session')} ${before} order by id desc limit ${limit + 1})
      union all
      (select id, created_at, 'coa_request', id, status, coalesce(last_error, reason), kind, null, '[]'
       from coa_requests where customer_id = ${customer_id} and ${may('coa_request')} ${before} order by id desc limit ${limit + 1})
    ) happened
    order by id desc
    limit ${limit + 1}`)
  const data = rows
    .slice(0, limit)
    .map(({ action, about, ...row }) => ({
      ...row,
      kind: kindOf(row.noun, action),
      title: titleOf(row.noun, action, about),
    }))
  return { data, next_cursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null }
}

const statusActions = new Set(['activated', 'blocked', 'unblocked', 'disabled'])

function kindOf(noun: string, action: string): TimelineEntry['kind'] {
  if (noun === 'customer') return statusActions.has(action) ? 'status' : 'audit'
  if (noun === 'coa_request') return 'coa'
  return noun === 'service' || noun === 'invoice' || noun === 'payment' || noun === 'session' ? noun : 'audit'
}

function titleOf(noun: string, action: string, about: string | null): string {
  if (noun === 'invoice') return `Invoice ${about}`
  if (noun === 'payment') return action === 'refunded' ? `Payment refunded: ${about}` : `Payment ${about}`
  if (noun === 'session') return action === 'closed' ? `Was online: ${about}` : `Online: ${about}`
  if (noun === 'coa_request')
    return `${about === 'disconnect' ? 'Disconnect' : 'Change of authorization'} ${action === 'acked' ? 'acknowledged' : action} by the router`
  const words = action.replaceAll('_', ' ')
  return `${noun[0]!.toUpperCase()}${noun.slice(1)} ${words}`
}
