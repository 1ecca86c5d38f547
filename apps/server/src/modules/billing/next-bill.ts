import { dateOf, dayOf, type Day } from '#kernel/calendar.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import type { Customer } from '#modules/customers/index.ts'
import { drawUp, type BillableCustomer, type Catalog } from './bill.ts'
import { customerForReading, readCatalog, withServices } from './due.ts'
import type { FinalBill } from './finalize.ts'
import { prepaidBill, prepaidUntil } from './prepaid-bill.ts'

type Asked = Pick<Customer, 'id' | 'next_billing_on' | 'no_auto_billing' | 'billing_type' | 'prepaid_period'>

/** The customer's next bill as it stands now, and its date; null when none is to come. */
export async function nextBill(ctx: Ctx, customer: Asked): Promise<{ date: string; bill: FinalBill } | null> {
  if (!customer.next_billing_on || customer.no_auto_billing) return null
  const now = today(ctx).toString()
  const date = customer.next_billing_on > now ? customer.next_billing_on : now
  const [billable] = await withServices(ctx, [await customerForReading(ctx, customer.id)])
  if (!billable) return null
  const catalog = await readCatalog(ctx)
  const { billing_type, prepaid_period } = customer
  if (billing_type === 'recurring') return firstBill(billable, catalog, dayOf(date))
  const cycle = await ctx.db.maybe(
    sql<{ day: number }>`select day from prepaid_cycles where customer_id = ${customer.id}`,
  )
  const day = cycle?.day ?? Temporal.PlainDate.from(date).day
  const terms = { billing_type, prepaid_period, day }
  const until = prepaidUntil(terms, dayOf(date), dayOf(date))
  return { date, bill: prepaidBill(billable, catalog, terms, { date: dayOf(date), until, money: null }) }
}

const furthest_months = 24

/** The next bill that charges something: what is deferred or carried forward comes with a later one. */
function firstBill(
  customer: BillableCustomer,
  catalog: Catalog,
  from: Day,
): { date: string; bill: FinalBill } {
  const first = drawUp(customer, catalog, from)
  let [date, bill] = [from, first]
  for (let n = 0; n < furthest_months && bill.lines.length === 0 && bill.next_billing !== null; n++) {
    date = Math.max(bill.next_billing, date + 1)
    bill = drawUp(customer, catalog, date)
  }
  return bill.lines.length > 0 ? { date: dateOf(date), bill } : { date: dateOf(from), bill: first }
}
