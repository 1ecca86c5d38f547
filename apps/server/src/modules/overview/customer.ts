import { today, type Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import type { Resource, Row } from '#kernel/resource.ts'
import { shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { invoices, nextBill } from '#modules/billing/index.ts'
import { customers, type Customer } from '#modules/customers/index.ts'
import { payments } from '#modules/payments/index.ts'
import { services } from '#modules/services/index.ts'
import type { Session } from '#modules/radius/index.ts'

type OnlineSession = Pick<
  Session,
  | 'id'
  | 'started_at'
  | 'ip'
  | 'input_bytes'
  | 'output_bytes'
  | 'download_bps'
  | 'upload_bps'
  | 'last_heard_at'
> & { service_id: string }

type OfTariff = {
  tariff_title: string
  speed_download_kbps: bigint | null
  speed_upload_kbps: bigint | null
  /** For one unit and period. */
  price_now: bigint
}

/** The top of the customer's page: everything one looks for first, in one answer. */
export async function customerOverview(ctx: Ctx, customer: Customer) {
  const money = (units: bigint) => formatDecimal(units, currencyDigits(ctx.tenant.currency))
  const may = (noun: string) => ctx.access.can(noun, 'list')
  const [servicesFound, online, open, paid, next] = await Promise.all([
    may('service')
      ? ctx.db.all(sql<Row<typeof services> & OfTariff>`
          select s.*, t.title as tariff_title, t.speed_download_kbps, t.speed_upload_kbps,
            coalesce(p.price, s.price, t.price) as price_now
          from services s
          join tariffs t on t.tenant_id = s.tenant_id and t.id = s.tariff_id
          left join lateral (
            select price from service_periods
            where tenant_id = s.tenant_id and service_id = s.id and during @> ${today(ctx)}::date
          ) p on true
          where s.customer_id = ${customer.id}
          order by s.status = 'terminated', s.id
          limit 200`)
      : [],
    may('session')
      ? ctx.db.all(sql<OnlineSession>`
          select distinct on (service_id) id, service_id, started_at, ip, input_bytes, output_bytes, download_bps, upload_bps, last_heard_at
          from sessions
          where customer_id = ${customer.id} and status = 'online' and service_id is not null
          order by service_id, id desc`)
      : [],
    may('invoice')
      ? ctx.db.all(sql<Record<string, unknown>>`
          select * from invoices
          where customer_id = ${customer.id} and status = any('{final,partially_paid,overdue}'::text[])
          order by due_date, id
          limit 50`)
      : [],
    may('payment')
      ? ctx.db.maybe(
          sql<
            Record<string, unknown>
          >`select * from payments where customer_id = ${customer.id} and status = 'succeeded' order by date desc, id desc limit 1`,
        )
      : undefined,
    may('invoice') ? nextBill(ctx, customer) : null,
  ])
  const sessions = new Map(online.map(({ service_id, ...session }) => [service_id, printSession(session)]))
  const print = (noun: Resource, row: Record<string, unknown>) => shapeOf(ctx, noun).present(row)
  const balanceHidden = ctx.access.hidden('customer').has('balance')
  return {
    customer: print(asResource(customers), customer),
    services: servicesFound.map(({ tariff_title, price_now, ...service }) => ({
      ...print(asResource(services), service),
      tariff_title,
      ...(ctx.access.hidden('service').has('price') ? {} : { price_now: money(price_now) }),
      speed_download_kbps: numberOf(service.speed_download_kbps),
      speed_upload_kbps: numberOf(service.speed_upload_kbps),
      online: sessions.has(service.id),
      ...(sessions.has(service.id) ? { session: sessions.get(service.id) } : {}),
    })),
    open_invoices: open.map((invoice) => print(asResource(invoices), invoice)),
    balance: balanceHidden ? null : money(customer.balance),
    next_invoice: next && !balanceHidden ? { date: next.date, amount: money(next.bill.total) } : null,
    online_since: online.map((session) => session.started_at).sort()[0] ?? null,
    last_payment: paid ? print(asResource(payments), paid) : null,
    why_status: whyStatus(ctx, customer),
  }
}

const numberOf = (kbps: bigint | null): number | null => (kbps === null ? null : Number(kbps))

const printSession = (session: Omit<OnlineSession, 'service_id'>) => ({
  ...session,
  ip: session.ip?.replace(/\/\d+$/, '') ?? null,
  input_bytes: Number(session.input_bytes),
  output_bytes: Number(session.output_bytes),
  download_bps: Number(session.download_bps),
  upload_bps: Number(session.upload_bps),
})

function whyStatus(ctx: Ctx, { status, status_since, status_reason }: Customer): string {
  const since = Temporal.Instant.from(status_since).toZonedDateTimeISO(ctx.tenant.time_zone).toPlainDate()
  const means = {
    new: 'no service was activated yet',
    active: 'services may be used',
    blocked: 'access is denied, billing goes on',
    disabled: 'services have ended, nothing is billed',
  }[status]
  return `The customer is ${status} since ${since}${status_reason ? `: ${status_reason.replace(/\.$/, '')}` : ''} (${means}).`
}
