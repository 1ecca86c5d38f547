import { today, type Ctx } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { Refused } from '#kernel/refused.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'
import type { BillableService, BillLine, Catalog } from './bill.ts'
import { onceLine } from './lines.ts'
import { policyOf } from './policies.ts'

/**
 * Holds a change of tariff to the partner's rules when it is entered: refused where nothing is given back and the days are paid for;
 * its fee is noted, to be charged on the day on which it comes true.
 */
export const judgeTariffChange = inside(
  'billing.judge_tariff_change',
  ['service.tariff_changed', 'service.change_planned', 'service.history_corrected', 'service.terms_changed'],
  async (ctx, event) => {
    const change = event.data.tariff_change as
      | { date: string; tariff_id: string; dearer: number; partner_id: string }
      | undefined
    if (!change) return
    const service_id = event.row_id
    const { partner_id } = change
    const policy = await policyOf(ctx, { partner_id, customer_id: String(event.data.customer_id) })
    if (policy.refund === 'none') await mustNotBePaid(ctx, service_id, change.date)
    const amount = change.dearer > 0 ? policy.fee_up : change.dearer < 0 ? policy.fee_down : 0n
    if (amount === 0n) return
    await ctx.db.run(sql`
      insert into change_fees (tenant_id, change_id, service_id, amount)
      select ${ctx.tenant.id}::uuid, id, service_id, ${amount}
      from service_changes
      where service_id = ${service_id} and kind = 'terms' and status <> 'withdrawn' and date = ${change.date}::date
        and tariff_id = ${change.tariff_id}::uuid
      order by seq desc
      limit 1`)
  },
)

async function mustNotBePaid(ctx: Ctx, service_id: string, date: string): Promise<void> {
  const { until } = await ctx.db.one(sql<{ until: string | null }>`
    select max(until_date) as until from charges where service_id = ${service_id} and until_date > ${date}::date`)
  if (until)
    throw new Refused(
      409,
      'paid_in_advance',
      `The service is paid for until ${until}, and nothing is given back for unused days. Change its tariff from that day on.`,
    )
}

/** Fees of changes that have come true and were not charged yet, as lines; and how to note on which invoice they are. */
export async function feesDue(
  ctx: Ctx,
  service: BillableService,
  catalog: Catalog,
): Promise<{ lines: BillLine[]; charged: (invoice_id: string) => Promise<void> }> {
  const fees = await ctx.db.all(sql<{ change_id: string; tariff_id: string; amount: bigint }>`
    select f.change_id, c.tariff_id, f.amount
    from change_fees f
    join service_changes c on c.tenant_id = f.tenant_id and c.id = f.change_id
    where f.service_id = ${service.id} and f.invoice_id is null and c.status = 'in_force' and c.date <= ${today(ctx)}::date
    order by c.date, c.seq`)
  return {
    lines: fees.map(({ tariff_id, amount }) =>
      onceLine(
        service,
        { tariff_id },
        `Change to ${catalog.get(tariff_id)?.title ?? 'another tariff'}`,
        amount,
        1,
        null,
        catalog,
      ),
    ),
    charged: async (invoice_id) =>
      void (await ctx.db.run(sql`
        update change_fees f set invoice_id = ${invoice_id}
        from ${rowsOf('d', fees, { change_id: 'uuid' })}
        where f.change_id = d.change_id`)),
  }
}
