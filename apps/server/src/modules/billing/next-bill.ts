import { today, type Ctx } from '#kernel/ctx.ts'
import { drawUp, type Bill } from './bill.ts'
import { dayOf } from '#kernel/calendar.ts'
import { customerForReading, readCatalog, withServices } from './due.ts'

/** The customer's next bill as it stands now, and its date; null when none is to come. */
export async function nextBill(
  ctx: Ctx,
  customer: { id: string; next_billing_on: string | null; no_auto_billing: boolean },
): Promise<{ date: string; bill: Bill } | null> {
  if (!customer.next_billing_on || customer.no_auto_billing) return null
  const now = today(ctx).toString()
  const date = customer.next_billing_on > now ? customer.next_billing_on : now
  const [billable] = await withServices(ctx, [await customerForReading(ctx, customer.id)])
  return billable ? { date, bill: drawUp(billable, await readCatalog(ctx), dayOf(date)) } : null
}
