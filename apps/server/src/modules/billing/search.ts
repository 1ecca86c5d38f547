import { onBatch } from '#kernel/events.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'

/** Invoices are found by their number. Their terms are written after the run has committed: searching for them may wait, the run may not. */
export const indexInvoices = onBatch('billing.index_invoices', ['invoice.finalized'], async (ctx, events) => {
  await ctx.db.run(sql`
    insert into search_terms (tenant_id, noun, term, row_id, field, partner_id)
    select i.tenant_id, 'invoice', t.term, i.id, 'number', i.partner_id
    from ${rowsOf(
      'e',
      events.map(({ row_id }) => ({ id: row_id })),
      { id: 'uuid' },
    )}
    join invoices i on i.id = e.id
    cross join lateral (
      select lower(i.number) as term
      union select regexp_replace(lower(i.number), '^.*[^[:alnum:]]', '')
      union select ltrim(regexp_replace(i.number, '\\D', '', 'g'), '0')) t
    where t.term <> ''
    on conflict do nothing`)
})
