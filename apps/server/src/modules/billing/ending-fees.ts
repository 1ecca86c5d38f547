import { dayOf } from '#kernel/calendar.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { inside } from '#kernel/insiders.ts'
import { find } from '#kernel/store.ts'
import { tariffs } from '#modules/catalog/index.ts'
import { contractStanding, services, type Service } from '#modules/services/index.ts'
import { totals, type BillableService, type BillLine } from './bill.ts'
import { customerForBilling, readCatalog, withServices } from './due.ts'
import { finalize } from './finalize.ts'
import { onceLine } from './lines.ts'

/**
 * A service has ended: its tariff's termination fee, and what leaving its contract early costs, on an invoice of their own. A planned
 * end costs nothing before its day. To waive a fee, change the service's contract before, or void the invoice.
 */
export const chargeEndingFees = inside('billing.ending_fees', ['service.terminated'], async (ctx, event) => {
  const service = await find(ctx, services, event.row_id)
  const { from } = event.data
  // What a bundle pays for costs nothing to end.
  if (!service || typeof from !== 'string' || service.bundle_service_id) return
  const due = await customerForBilling(ctx, service.customer_id)
  const [customer] = await withServices(ctx, [{ ...due, unbilled_from: null }])
  const billed = customer?.services.find(({ id }) => id === service.id)
  // Nor does what never began: it has no active days.
  if (!customer || !billed) return
  const lines = await feeLines(ctx, service, billed, from)
  if (lines.length === 0) return
  const bill = totals(customer, lines)
  const [invoice] = await finalize(ctx, [bill], { date: dayOf(today(ctx).toString()), billing_run_id: null })
  if (!invoice) return
  const { id, number, due_date, total } = invoice
  record(ctx, {
    noun: 'invoice',
    row_id: id,
    action: 'finalized',
    reason: 'the service ended',
    changes: { number: [null, number], status: [null, 'final'] },
    data: { number, customer_id: customer.id, due_date, total: String(total) },
  })
})

async function feeLines(
  ctx: Ctx,
  service: Service,
  billed: BillableService,
  date: string,
): Promise<BillLine[]> {
  const [tariff, { early_fee }] = await Promise.all([
    find(ctx, tariffs, service.tariff_id),
    contractStanding(ctx, service, date),
  ])
  if (!tariff || (early_fee.amount === 0n && tariff.termination_fee === 0n)) return []
  const catalog = await readCatalog(ctx)
  const name = service.login ? `${tariff.title} (${service.login})` : tariff.title
  const months =
    early_fee.remaining_months === 1 ? '1 month remains' : `${early_fee.remaining_months} months remain`
  const fee = (kind: 'termination_fee' | 'early_fee', what: string, amount: bigint) =>
    amount === 0n ? [] : [onceLine(billed, service, `${name}: ${what}`, amount, 1, kind, catalog)]
  return [
    ...fee('early_fee', `contract left early, ${months}`, early_fee.amount),
    ...fee('termination_fee', 'ended', tariff.termination_fee),
  ]
}
