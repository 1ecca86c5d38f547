import type { Ctx } from '#kernel/ctx.ts'
import { today } from '#kernel/ctx.ts'
import { record, type Event } from '#kernel/effects.ts'
import { inside } from '#kernel/insiders.ts'
import { scale } from '#kernel/money.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import {
  isInvoiced,
  totals,
  type ActiveStretch,
  type BillableCustomer,
  type BillableService,
  type BillLine,
  type Catalog,
  type PricedStretch,
} from './bill.ts'
import { dateOf, dayOf, nextBillingDay, without, type Day, type Days } from '#kernel/calendar.ts'
import { feesDue } from './change-fees.ts'
import { chargedSince, chargesOf, removeCharges } from './charges.ts'
import { issueCreditNote, type Credit } from './credit.ts'
import { customerForBilling, readCatalog, site, withServices } from './due.ts'
import { finalize } from './finalize.ts'
import { lessInvoiceDiscounts } from './invoice-discounts.ts'
import { daysLines } from './lines.ts'
import { policyOf } from './policies.ts'
import type { Proration } from './proration.ts'
import { nextPlanned, reconcile, type Correction, type Judged } from './reconcile.ts'
import { pricedStretches, sameTerms, surchargedDays } from './stretches.ts'
import { thingsCharged } from './things-charged.ts'

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
  'price_changed',
].map((action) => `service.${action}`)

/**
 * A service stands otherwise from a day on: the customer becomes due for what was never charged, and what was charged in advance on
 * other terms is corrected at once, by a credit note and, where the service goes on, an invoice for the same days. A planned change
 * moves nothing before its day, unless it was billed already and is taken back.
 */
export const repriceService = inside('billing.reprice', changes, async (ctx, event) => {
  const { from, customer_id } = event.data
  if (typeof from !== 'string' || typeof customer_id !== 'string' || movesNoMoney(event)) return
  const due = await customerForBilling(ctx, customer_id)
  const now = today(ctx).toString()
  const since = [due.unbilled_from ?? from, from, now].sort()[0]!
  // Everything about this customer's services from the day on; a change is rare enough to look at all of it.
  const [customer] = await withServices(ctx, [
    { ...due, unbilled_from: due.unbilled_from === null ? null : since },
  ])
  if (!customer) return
  const service =
    customer.services.find((candidate) => candidate.id === event.row_id && !candidate.surcharge) ??
    (await neverActive(ctx, event.row_id, customer.id))
  const charged = await chargedSince(ctx, event.row_id, from)
  const things = await thingsCharged(ctx, customer, service, charged)
  await becomeDue(ctx, customer, things, from)
  const catalog = await readCatalog(ctx)
  const fees = await feesDue(ctx, service, catalog)
  const judged = judgedBy(event, service.active, dayOf(now), service.proration ?? null)
  const redone = things.flatMap((thing): Redone | [] => {
    const { surcharge, discounts } = thing
    const done = reconcile(
      charged.filter(({ surcharge_id }) => surcharge_id === (surcharge?.id ?? null)),
      pricedStretches(thing.active, discounts),
      {
        ...judged,
        withdrawn: pricedStretches(
          surcharge ? surchargedDays(judged.withdrawn, surcharge) : judged.withdrawn,
          discounts,
        ),
      },
    )
    return done.corrections.length > 0 ? { thing, ...done } : []
  })
  if (redone.length === 0 && fees.lines.length === 0) return
  for (const one of redone) await keep(ctx, one)
  await giveBack(ctx, customer, redone, catalog, reasonOf(event.type, from))
  const atOnce =
    event.type !== 'service.tariff_changed' ||
    (await policyOf(ctx, { partner_id: customer.partner_id, customer_id })).charge === 'at_once'
  if (!atOnce && redone.length > 0) await leaveToNextBill(ctx, customer)
  const days = atOnce ? chargedAgain(customer, redone, catalog) : []
  const invoice_id = await issue(ctx, customer, [...days, ...fees.lines])
  if (invoice_id && fees.lines.length > 0) await fees.charged(invoice_id)
})

/** A plan moves nothing before its day; only somebody with more days to be billed becomes due for them. */
export const movesNoMoney = ({ type, data }: Pick<Event, 'type' | 'data'>): boolean =>
  type === 'service.change_planned' && !data.activates

/** Which charged days what happened to a service puts in question. */
export const judgedBy = (
  { data }: Pick<Event, 'data'>,
  active: readonly ActiveStretch[],
  today: Day,
  proration: Proration | null = null,
): Omit<Judged, 'withdrawn'> & { withdrawn: ActiveStretch[] } => ({
  from: dayOf(String(data.from)),
  until: nextPlanned(active, today),
  // What goes on until another plan ends it was not billed under the one that was taken back, and waits for its day.
  withdrawn: stretchesIn(data.withdrawn).map((told) => {
    const stretch = { ...told, proration }
    const same = active.filter((other) => other.until > today && sameTerms(stretch, other))
    return { ...stretch, until: Math.min(stretch.until, ...same.map(({ from }) => from)) }
  }),
})

/** What is corrected of a service, or of a surcharge on it, and charged anew. */
type Redone = { thing: BillableService; corrections: Correction[]; again: PricedStretch[] }

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
  things: readonly BillableService[],
  from: string,
): Promise<void> {
  const first = Math.min(...things.map((thing) => firstUncharged(thing) ?? Infinity))
  const due = first === Infinity ? null : dateOf(first)
  await ctx.db.run(sql`
    update customers
    set unbilled_from = case when unbilled_from > ${from}::date then ${from}::date else unbilled_from end,
      next_billing_on = ${nextBilling(ctx, sql`${due}::date`)}
    where id = ${customer.id}`)
}

/** Whoever is invoiced month by month stays so; never billed, or further off than a month, is who waits for what is planned. */
const nextBilling = (ctx: Ctx, due: Sql) =>
  sql`case when billing_type = 'recurring' and unbilled_from is not null and next_billing_on <= ${today(ctx)}::date + 31 then next_billing_on else least(next_billing_on, ${due}) end`

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

/** Only what stays charged stays in the book of charged days. */
async function keep(ctx: Ctx, { thing, corrections }: Redone): Promise<void> {
  const of = { service_id: thing.id, surcharge_id: thing.surcharge?.id ?? null }
  await removeCharges(
    ctx,
    of,
    corrections.map(({ charged }) => charged),
  )
  const kept = corrections.flatMap((correction) => correction.kept.map((charge) => ({ ...charge, ...of })))
  for (const statement of chargesOf(ctx, kept)) await ctx.db.run(statement)
}

async function giveBack(
  ctx: Ctx,
  customer: BillableCustomer,
  redone: readonly Redone[],
  catalog: Catalog,
  reason: string,
): Promise<void> {
  const credits = redone.flatMap(({ thing, corrections }) =>
    corrections.flatMap(({ charged, credits: parts }) =>
      parts.map(({ days, net, tax }): Credit => {
        const { description, revenue, site } = daysLines(
          thing,
          charged,
          days,
          charged.billing_day,
          catalog,
        )[0]!
        const { invoice_id, quantity, price: unit_price, tax_rate } = charged
        return {
          invoice_id,
          service_id: thing.id,
          site,
          description,
          quantity,
          unit_price,
          net,
          tax_rate,
          tax,
          days,
          revenue,
        }
      }),
    ),
  )
  if (credits.length === 0) return
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

function chargedAgain(customer: BillableCustomer, redone: readonly Redone[], catalog: Catalog): BillLine[] {
  const lines = redone.flatMap(({ thing, again }) =>
    again.flatMap((stretch) => daysLines(thing, stretch, stretch, customer.billing_day, catalog)),
  )
  return withSameDiscount(lines, redone)
}

/** Days that were given back and are not charged at once are due with the next bill. */
async function leaveToNextBill(ctx: Ctx, customer: BillableCustomer): Promise<void> {
  const next = dateOf(nextBillingDay(dayOf(today(ctx).toString()), customer.billing_day))
  await ctx.db.run(
    sql`update customers set next_billing_on = least(next_billing_on, ${next}::date) where id = ${customer.id}`,
  )
}

async function issue(ctx: Ctx, customer: BillableCustomer, lines: BillLine[]): Promise<string | undefined> {
  const bill = totals(customer, lines)
  if (!isInvoiced(bill)) return undefined
  const [invoice] = await finalize(ctx, [bill], { date: dayOf(today(ctx).toString()), billing_run_id: null })
  if (!invoice) return undefined
  const { id, number, due_date, total } = invoice
  record(ctx, {
    noun: 'invoice',
    row_id: id,
    action: 'finalized',
    reason: 'the service changed within a period that was billed already',
    changes: { number: [null, number], status: [null, 'final'] },
    data: { number, customer_id: customer.id, due_date, total: String(total) },
  })
  return id
}

/** Of the same days, a discount on their whole invoice takes off the same part as before. */
function withSameDiscount(lines: BillLine[], redone: readonly Redone[]): BillLine[] {
  let [gross, net, again] = [0n, 0n, 0n]
  for (const { corrections } of redone)
    for (const credit of corrections.flatMap(({ credits }) => credits)) {
      gross += credit.gross
      net += credit.net
    }
  if (gross === net) return lines
  for (const { charge } of lines) again += charge?.net ?? 0n
  const amount = scale(again, gross - net, gross)
  const site_id = lines[0]?.site?.id ?? null
  const discount = {
    id: null,
    site_id,
    label: 'Discount',
    kind: 'fixed',
    percent: null,
    amount,
    left: null,
  } as const
  return lessInvoiceDiscounts(lines, [{ ...discount, from: 0, until: 1 }], 0)
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
  'service.price_changed': 'Price changed',
}
