import type { Ctx } from '#kernel/ctx.ts'
import { today } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { inside } from '#kernel/insiders.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import {
  daysLine,
  totals,
  type ActiveStretch,
  type BillableCustomer,
  type BillableService,
  type Catalog,
} from './bill.ts'
import { dateOf, dayOf, without, type Days } from '#kernel/calendar.ts'
import { issueCreditNote, type Credit } from './credit.ts'
import { customerForBilling, readCatalog, withServices, site } from './due.ts'
import { catalogFor } from './exemption.ts'
import { finalize } from './finalize.ts'
import { nextPlanned, reconcile, type Charged, type Correction } from './reconcile.ts'

const changes = [
  'activated',
  'stopped',
  'resumed',
  'disabled',
  'terminated',
  'tariff_changed',
  'terms_changed',
  'change_planned',
  'change_withdrawn',
  'history_corrected',
].map((action) => `service.${action}`)

/**
 * A service stands otherwise from a day on: the customer becomes due for what was never charged, and what was charged in advance on
 * other terms is corrected at once, by a credit note and, where the service goes on, an invoice for the same days. A planned change
 * moves nothing before its day, unless it was billed already and is taken back.
 */
export const repriceService = inside('billing.reprice', changes, async (ctx, event) => {
  const { from, customer_id, withdrawn, activates } = event.data
  if (typeof from !== 'string' || typeof customer_id !== 'string') return
  if (event.type === 'service.change_planned' && !activates) return
  const due = await customerForBilling(ctx, customer_id)
  const now = today(ctx).toString()
  const since = [due.unbilled_from ?? from, from, now].sort()[0]!
  // Everything about this customer's services from the day on; a change is rare enough to look at all of it.
  const [customer] = await withServices(ctx, [
    { ...due, unbilled_from: due.unbilled_from === null ? null : since },
  ])
  if (!customer) return
  const service =
    customer.services.find((candidate) => candidate.id === event.row_id) ??
    (await neverActive(ctx, event.row_id, customer.id))
  await becomeDue(ctx, customer, service, from)
  const charged = await chargedSince(ctx, event.row_id, from)
  if (charged.length === 0) return
  const { corrections, again } = reconcile(charged, service.active, {
    from: dayOf(from),
    until: nextPlanned(service.active, dayOf(now)),
    withdrawn: stretchesIn(withdrawn),
  })
  if (corrections.length === 0) return
  const catalog = await readCatalog(ctx)
  await keep(ctx, service.id, corrections)
  await giveBack(ctx, customer, service, corrections, catalog, reasonOf(event.type, from))
  await chargeAgain(ctx, customer, service, again, catalog)
})

/** Customers of many new services at once: `due` says from which day each is to be billed. */
export const billNewServices = inside('billing.new_services', ['service.added_many'], async (ctx, event) => {
  const due = (event.data.due ?? {}) as Record<string, string>
  const rows = Object.entries(due).map(([id, from_date]) => ({ id, from_date }))
  await ctx.db.run(sql`
    update customers c
    set unbilled_from = case when unbilled_from > d.from_date then d.from_date else unbilled_from end,
      next_billing_on = ${nextBilling(ctx, sql`d.from_date`)}
    from (
      select coalesce(own.billed_by_id, own.id) as id, min(n.from_date) as from_date
      from ${rowsOf('n', rows, { id: 'uuid', from_date: 'date' })}
      join customers own on own.id = n.id
      group by 1
    ) d
    where c.id = d.id`)
})

/** Disabled customers have no next billing day, unless days before it were never billed. */
export const stopBilling = inside('billing.stop', ['customer.disabled'], async (ctx, event) => {
  const account = await customerForBilling(ctx, event.row_id)
  // Whoever pays for it goes on being billed.
  if (account.id !== event.row_id) return
  const [customer] = await withServices(ctx, [{ ...account, unbilled_from: null }])
  const unbilled = customer?.services.some(
    (service) => service.service_type !== 'one_time' && neverCharged(service, dayOf(today(ctx).toString())),
  )
  await ctx.db.run(
    sql`update customers set next_billing_on = ${unbilled ? today(ctx) : null}::date where id = ${event.row_id}`,
  )
})

/** A service all of whose active days were taken back. */
async function neverActive(ctx: Ctx, service_id: string, payer_id: string): Promise<BillableService> {
  const row = await ctx.db.one(sql<
    Pick<BillableService, 'id' | 'site' | 'service_type' | 'description' | 'login'>
  >`
    select s.id, case when customers.id <> ${payer_id} then ${site} end as site, s.service_type, s.description, s.login
    from services s
    join customers on customers.tenant_id = s.tenant_id and customers.id = s.customer_id
    where s.id = ${service_id}`)
  return { ...row, active: [], charged: [], charged_once: false, setup_fee_charged: false }
}

/** The run looks back to the day; who had nothing more to be billed for is due again from the first day that was not. */
async function becomeDue(
  ctx: Ctx,
  customer: BillableCustomer,
  service: BillableService,
  from: string,
): Promise<void> {
  const first = firstUncharged(service)
  const due = first === undefined ? null : dateOf(first)
  await ctx.db.run(sql`
    update customers
    set unbilled_from = case when unbilled_from > ${from}::date then ${from}::date else unbilled_from end,
      next_billing_on = ${nextBilling(ctx, sql`${due}::date`)}
    where id = ${customer.id}`)
}

/** Whoever is billed month by month stays so; never billed, or further off than a month, is who waits for what is planned. */
const nextBilling = (ctx: Ctx, due: Sql) =>
  sql`case when unbilled_from is not null and next_billing_on <= ${today(ctx)}::date + 31 then next_billing_on else least(next_billing_on, ${due}) end`

function firstUncharged(service: BillableService): number | undefined {
  if (service.service_type === 'one_time') return service.charged_once ? undefined : service.active[0]?.from
  return service.active.flatMap((stretch) => without(stretch, service.charged))[0]?.from
}

/** How it stood before a change was taken back, as the event tells it. */
function stretchesIn(told: unknown): ActiveStretch[] {
  if (!Array.isArray(told)) return []
  return (
    told as {
      from: string
      until: string | null
      tariff_id: string
      price: string
      quantity: number
      period_months: number
      anchor: string | null
    }[]
  ).map(({ from, until, price, anchor, ...terms }) => ({
    ...terms,
    from: dayOf(from),
    until: until === null ? Infinity : dayOf(until),
    price: BigInt(price),
    anchor: anchor === null ? null : dayOf(anchor),
  }))
}

const chargedSince = async (ctx: Ctx, service_id: string, from: string): Promise<Charged[]> => {
  const rows = await ctx.db.all(sql<Omit<Charged, keyof Days> & { from_day: number; until_day: number }>`
    select lower(during) - date '1970-01-01' as from_day, until_date - date '1970-01-01' as until_day, invoice_id, tariff_id, price, quantity, period_months,
      anchor - date '1970-01-01' as anchor, billing_day, net, tax_rate, tax
    from charges
    where service_id = ${service_id} and until_date > ${from}::date
    order by until_date
    for update`)
  return rows.map(({ from_day, until_day, ...row }) => ({ ...row, from: from_day, until: until_day }))
}

/** Only what stays charged stays in the book of charged days. */
async function keep(ctx: Ctx, service_id: string, corrections: readonly Correction[]): Promise<void> {
  await ctx.db.run(sql`
    delete from charges
    where service_id = ${service_id} and until_date = any(${corrections.map(({ charged }) => dateOf(charged.until))}::date[])`)
  const rows = corrections.flatMap(({ kept }) =>
    kept.map(({ from, until, anchor, ...charge }) => ({
      ...charge,
      anchor: anchor === null ? null : dateOf(anchor),
      from_date: dateOf(from),
      until_date: dateOf(until),
    })),
  )
  if (rows.length === 0) return
  await ctx.db.run(sql`
    insert into charges (tenant_id, service_id, during, invoice_id, tariff_id, price, quantity, period_months, anchor, billing_day, net, tax_rate, tax)
    select ${ctx.tenant.id}::uuid, ${service_id}::uuid, daterange(c.from_date, c.until_date), c.invoice_id, c.tariff_id, c.price, c.quantity, c.period_months, c.anchor, c.billing_day, c.net, c.tax_rate, c.tax
    from ${rowsOf('c', rows, { from_date: 'date', until_date: 'date', invoice_id: 'uuid', tariff_id: 'uuid', price: 'bigint', quantity: 'integer', period_months: 'integer', anchor: 'date', billing_day: 'integer', net: 'bigint', tax_rate: 'bigint', tax: 'bigint' })}`)
}

async function giveBack(
  ctx: Ctx,
  customer: BillableCustomer,
  service: BillableService,
  corrections: readonly Correction[],
  catalog: Catalog,
  reason: string,
): Promise<void> {
  const credits: Credit[] = corrections.flatMap(({ charged, credits: parts }) =>
    parts.map(({ days, net, tax }) => {
      const line = daysLine(service, charged, days, charged.billing_day, catalog)
      return {
        invoice_id: charged.invoice_id,
        service_id: service.id,
        site: line.site,
        description: line.description,
        quantity: charged.quantity,
        unit_price: charged.price,
        net,
        tax_rate: charged.tax_rate,
        tax,
        days,
        revenue: line.revenue,
      }
    }),
  )
  for (const [payer, given] of await byPayer(ctx, customer, credits)) {
    if (given.some((credit) => credit.net + credit.tax > 0n)) await issueCreditNote(ctx, payer, given, reason)
  }
}

/** Who was charged gets it back, also where the service has gone to another customer since. */
async function byPayer(
  ctx: Ctx,
  customer: BillableCustomer,
  credits: readonly Credit[],
): Promise<[BillableCustomer, Credit[]][]> {
  const payers = await ctx.db.all(sql<{ invoice_id: string; payer_id: string }>`
    select i.id as invoice_id, coalesce(c.billed_by_id, c.id) as payer_id
    from invoices i
    join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where i.id = any(${[...new Set(credits.map(({ invoice_id }) => invoice_id))]}::uuid[])`)
  const payerOf = new Map(payers.map(({ invoice_id, payer_id }) => [invoice_id, payer_id]))
  const groups = Map.groupBy(credits, ({ invoice_id }) => payerOf.get(invoice_id) ?? customer.id)
  const found: [BillableCustomer, Credit[]][] = []
  for (const [payer_id, given] of groups) {
    if (payer_id === customer.id) found.push([customer, given])
    // What is another's site by now was none of the one who was charged.
    else
      found.push([
        { ...(await customerForBilling(ctx, payer_id)), services: [] },
        given.map((credit) => ({ ...credit, site: null })),
      ])
  }
  return found
}

async function chargeAgain(
  ctx: Ctx,
  customer: BillableCustomer,
  service: BillableService,
  again: readonly ActiveStretch[],
  catalog: Catalog,
): Promise<void> {
  const sold = catalogFor(customer, catalog)
  const bill = totals(
    customer,
    again.map((stretch) => daysLine(service, stretch, stretch, customer.billing_day, sold)),
  )
  if (bill.total === 0n) return
  const [invoice] = await finalize(ctx, [bill], { date: dayOf(today(ctx).toString()), billing_run_id: null })
  if (!invoice) return
  const { id, number, due_date, total } = invoice
  record(ctx, {
    noun: 'invoice',
    row_id: id,
    action: 'finalized',
    reason: 'the service changed within a period that was billed already',
    changes: { number: [null, number], status: [null, 'final'] },
    data: { number, customer_id: customer.id, due_date, total: String(total) },
  })
}

const neverCharged = (service: BillableService, before: number): boolean =>
  service.active.some((stretch) => {
    const days = { from: stretch.from, until: Math.min(stretch.until, before) }
    return days.from < days.until && covered(days, service.charged) < days.until - days.from
  })

const covered = (days: Days, charged: readonly Days[]): number =>
  charged.reduce(
    (sum, other) => sum + Math.max(0, Math.min(days.until, other.until) - Math.max(days.from, other.from)),
    0,
  )

const reasonOf = (type: string, from: string): string =>
  `${sentences[type] ?? 'The service changed'} from ${from}`
const sentences: Record<string, string> = {
  'service.activated': 'Service activated',
  'service.stopped': 'Service stopped',
  'service.resumed': 'Service resumed',
  'service.tariff_changed': 'Tariff changed',
  'service.terminated': 'Service ended',
  'service.disabled': 'Service disabled',
  'service.terms_changed': 'Terms changed',
  'service.change_withdrawn': 'Change taken back',
  'service.history_corrected': 'Corrected',
}
