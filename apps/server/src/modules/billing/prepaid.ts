import { dateOf, dayOf } from '#kernel/calendar.ts'
import { attempt } from '#kernel/attempt.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { newId } from '#kernel/ids.ts'
import { asSystem } from '#kernel/insiders.ts'
import { printMoney } from '#kernel/money.ts'
import { sql } from '#kernel/sql.ts'
import { holdServices, releaseServices } from '#modules/services/index.ts'
import { isInvoiced } from './bill.ts'
import { customerForBilling, readCatalog, withServices, type DueRow } from './due.ts'
import { finalize, type FinalBill } from './finalize.ts'
import { prepaidBill, prepaidUntil, type PrepaidTerms } from './prepaid-bill.ts'

type Account = {
  billing_type: 'recurring' | PrepaidTerms['billing_type']
  prepaid_period: string
  status: string
  balance: bigint
  min_balance: bigint
  next_billing_on: string | null
  no_auto_billing: boolean
  day: number | null
  until_date: string | null
  held_since: string | null
  group_id: string | null
  needed: bigint | null
}

/** Who acts when services stop for want of money and go on when it is there. */
export const cashier = 'Prepaid'

/**
 * Charges a prepaid customer for the next period when the last one has ended, if its balance covers it: it must not fall below the least
 * that was agreed. Otherwise its services stop, and work again from the day on which the money is there. `anew`: what it costs may have
 * changed.
 */
export async function chargePrepaid(ctx: Ctx, customer_id: string, anew: boolean): Promise<void> {
  const acting = asSystem(ctx, cashier)
  const due = await customerForBilling(ctx, customer_id)
  const account = await accountOf(ctx, due.id)
  const { billing_type, group_id, needed, status, no_auto_billing, next_billing_on } = account
  if (billing_type === 'recurring') {
    if (group_id) await releaseServices(acting, due.id, { group_id, reason: 'invoiced from now on' })
    await ctx.db.run(sql`delete from prepaid_cycles where customer_id = ${due.id}`)
    return
  }
  if (status === 'disabled' || no_auto_billing) return
  if (group_id === null) {
    if (next_billing_on === null || next_billing_on > today(ctx).toString()) return
    const missing = await chargePeriod(acting, due, account)
    if (missing !== null) await hold(acting, due.id, account, newId(), missing)
    return
  }
  if (!anew && needed !== null && account.balance - account.min_balance < needed) return
  const missing = await whetherReleased(acting, due, account, group_id)
  if (missing !== null) await hold(acting, due.id, account, group_id, missing)
}

/** Tries it with the services going on; where the money is not enough, nothing of it has happened. Answers what it would take, or null. */
async function whetherReleased(
  ctx: Ctx,
  due: DueRow,
  account: Account,
  group_id: string,
): Promise<bigint | null> {
  try {
    await attempt(ctx, async () => {
      await releaseServices(ctx, due.id, { group_id, reason: 'the balance covers the next period' })
      const missing = await chargePeriod(ctx, due, account)
      if (missing !== null) throw new NotCovered(missing)
    })
    return null
  } catch (error) {
    if (error instanceof NotCovered) return error.needed
    throw error
  }
}

class NotCovered extends Error {
  readonly needed: bigint
  constructor(needed: bigint) {
    super('The balance does not cover the next period.')
    this.needed = needed
  }
}

/** Answers what the period takes where the balance does not cover it; otherwise it is charged, and the answer null. */
async function chargePeriod(ctx: Ctx, due: DueRow, account: Account): Promise<bigint | null> {
  const { billing_type, prepaid_period, group_id } = account
  if (billing_type === 'recurring') return null
  const now = dayOf(today(ctx).toString())
  const money = account.balance - account.min_balance
  const paid = account.until_date === null ? null : dayOf(account.until_date)
  // Who was held begins a new period today.
  const goesOn = paid !== null && (group_id === null || paid > now)
  const day = goesOn ? (account.day ?? 1) : today(ctx).day
  const terms: PrepaidTerms = { billing_type, prepaid_period, day }
  const until = goesOn && paid > now ? paid : prepaidUntil(terms, goesOn ? paid : now, now)
  const [customer] = await withServices(ctx, [due])
  if (!customer) return null
  const bill = prepaidBill(customer, await readCatalog(ctx), terms, { date: now, until, money })
  if (bill.total > 0n && bill.total > money) return bill.total
  if (isInvoiced(bill)) await charge(ctx, bill, now)
  const lasts = customer.services.some(({ active }) => active.some((stretch) => stretch.until > until))
  await ctx.db.run(sql`
    update customers
    set next_billing_on = ${lasts ? dateOf(until) : null}::date, unbilled_from = ${dateOf(until)}::date
    where id = ${due.id}`)
  await remember(ctx, due.id, {
    day,
    until_date: dateOf(until),
    held_since: null,
    group_id: null,
    needed: null,
  })
  return null
}

const accountOf = (ctx: Ctx, customer_id: string): Promise<Account> =>
  ctx.db.one(sql<Account>`
    select c.billing_type, c.prepaid_period, c.status, c.balance, c.min_balance, c.next_billing_on, c.no_auto_billing,
      p.day, p.until_date, p.held_since, p.group_id, p.needed
    from customers c
    left join prepaid_cycles p on p.tenant_id = c.tenant_id and p.customer_id = c.id
    where c.id = ${customer_id}`)

async function charge(ctx: Ctx, bill: FinalBill, date: number): Promise<void> {
  const [invoice] = await finalize(ctx, [bill], { date, billing_run_id: null })
  if (!invoice) return
  const { id, number, customer_id, due_date, total } = invoice
  record(ctx, {
    noun: 'invoice',
    row_id: id,
    action: 'finalized',
    reason: 'paid in advance from the balance',
    changes: { number: [null, number], status: [null, 'final'] },
    data: { number, customer_id, due_date, total: String(total) },
  })
}

/** Nothing is charged while the services stand still. */
async function hold(
  ctx: Ctx,
  customer_id: string,
  { day, until_date, held_since }: Account,
  group_id: string,
  needed: bigint,
): Promise<void> {
  const now = today(ctx)
  await holdServices(ctx, customer_id, {
    group_id,
    reason: `the balance does not cover the next period, ${printMoney(needed, ctx.tenant.currency)}`,
  })
  await ctx.db.run(sql`update customers set next_billing_on = null where id = ${customer_id}`)
  await remember(ctx, customer_id, {
    day: day ?? now.day,
    until_date: until_date ?? now.toString(),
    held_since: held_since ?? now.toString(),
    group_id,
    needed,
  })
}

type Cycle = {
  day: number
  until_date: string
  held_since: string | null
  group_id: string | null
  needed: bigint | null
}

const remember = (ctx: Ctx, customer_id: string, { day, until_date, held_since, group_id, needed }: Cycle) =>
  ctx.db.run(sql`
    insert into prepaid_cycles (tenant_id, customer_id, day, until_date, held_since, group_id, needed)
    values (${ctx.tenant.id}, ${customer_id}, ${day}, ${until_date}, ${held_since}, ${group_id}, ${needed})
    on conflict (tenant_id, customer_id) do update
    set day = excluded.day, until_date = excluded.until_date, held_since = excluded.held_since, group_id = excluded.group_id,
      needed = excluded.needed`)
