import { inside } from '#kernel/insiders.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'
import type { BillableService } from './bill.ts'
import { issueCreditNote, type Credit } from './credit.ts'
import { customerForBilling, readCatalog } from './due.ts'
import { onceLine } from './lines.ts'

/** Of a change that was taken back after its day, with the line it was charged by. */
type ChargedFee = {
  change_id: string
  tariff_id: string
  invoice_id: string
  payer_id: string
  description: string
  net: bigint
  tax_rate: bigint
  tax: bigint
}

/** A change that is taken back costs nothing: its fee, if it was charged, is given back once, to whom it was charged. */
export const giveFeesBack = inside(
  'billing.give_fees_back',
  ['tariff_changed', 'terms_changed', 'history_corrected', 'change_withdrawn', 'change_planned'].map(
    (action) => `service.${action}`,
  ),
  async (ctx, event) => {
    if (event.data.withdrawn === undefined) return
    const fees = await ctx.db.all(sql<ChargedFee>`
      select f.change_id, c.tariff_id, f.invoice_id, i.customer_id as payer_id, l.description, l.net, l.tax_rate, l.tax
      from change_fees f
      join service_changes c on c.tenant_id = f.tenant_id and c.id = f.change_id
      join invoices i on i.tenant_id = f.tenant_id and i.id = f.invoice_id
      cross join lateral (
        select description, net, tax_rate, tax
        from invoice_lines
        where tenant_id = f.tenant_id and invoice_id = f.invoice_id and service_id = f.service_id and tariff_id = c.tariff_id
          and period_from is null and net = f.amount
        order by position
        limit 1
      ) l
      where f.service_id = ${event.row_id} and c.status = 'withdrawn' and f.credit_note_id is null and i.status <> 'void'
      order by f.change_id
      for update of f`)
    if (fees.length === 0) return
    const catalog = await readCatalog(ctx)
    const service: BillableService = {
      id: event.row_id,
      service_type: 'recurring',
      description: null,
      login: null,
      active: [],
      charged: [],
      charged_once: false,
      setup_fee_charged: true,
    }
    for (const [payer_id, given] of Map.groupBy(fees, (fee) => fee.payer_id)) {
      const payer = { ...(await customerForBilling(ctx, payer_id)), services: [] }
      const credits = given.map(({ invoice_id, tariff_id, description, net, tax_rate, tax }): Credit => ({
        invoice_id,
        service_id: event.row_id,
        site: null,
        description,
        quantity: 1,
        unit_price: net,
        net,
        tax_rate,
        tax,
        days: null,
        revenue: onceLine(service, { tariff_id }, description, net, 1, null, catalog).revenue,
      }))
      const note = await issueCreditNote(ctx, payer, credits, 'The change was taken back')
      await ctx.db.run(sql`
        update change_fees f set credit_note_id = ${note.id}
        from ${rowsOf('d', given, { change_id: 'uuid' })}
        where f.change_id = d.change_id`)
    }
  },
)
