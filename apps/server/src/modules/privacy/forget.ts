import type { Ctx } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import type { Person } from '#kernel/personal.ts'
import { sql } from '#kernel/sql.ts'
import { insert } from '#kernel/store.ts'
import type { Customer } from '#modules/customers/index.ts'
import { eraseElsewhere } from './erase-elsewhere.ts'
import { erasePast } from './erase-past.ts'
import { collectRows, countRows, deleteAttached, overwriteRows } from './erase-rows.ts'
import { erasures, type Erased, type Erasure } from './erasures.ts'
import { knownOf } from './known.ts'
import { sealBooks } from './seal-books.ts'

export type Forgetting = {
  erasure_id: string
  reason: string | null
  person: Person
  /** What stands where a name was. */
  instead: string
  /** One person of the customer's, who stays as it is. */
  contact_id?: string
  /** What names others as well, such as the office's telephone. */
  others?: readonly string[]
}

/**
 * Overwrites, seals or removes everything that names a person: the customer (whole, with its shells) or one contact of it. Answers the
 * report.
 */
export async function forget(
  ctx: Ctx,
  customer: Customer,
  { erasure_id, reason, person, instead, contact_id, others = [] }: Forgetting,
): Promise<Erasure> {
  const erasure = await insert(
    ctx,
    erasures,
    {
      number: customer.number,
      customer_id: customer.id,
      contact_id: contact_id ?? null,
      erased_at: ctx.now.toString(),
      actor: new JsonValue(ctx.actor),
      report: new JsonValue([]),
      originals: 'none',
    },
    { action: 'made', columns: { id: erasure_id, partner_id: customer.partner_id } },
  )
  // Exports of the customer tell of its contacts too.
  if (contact_id)
    await ctx.db.run(sql`
      insert into erasure_rows (tenant_id, erasure_id, noun, row_id)
      select tenant_id, ${erasure_id}::uuid, 'personal_data_export', id from personal_data_exports where customer_id = ${customer.id}
      on conflict do nothing`)
  const about = await collectRows(ctx, erasure_id, person)
  const counted = await countRows(ctx, erasure_id, about)
  const mentions = await knownOf(ctx, erasure_id, instead, others)
  const books = await sealBooks(ctx, erasure_id, about, mentions, instead)
  await eraseElsewhere(ctx, erasure_id, contact_id ? [] : person.ids, mentions, instead)
  const overwritten = await overwriteRows(ctx, erasure_id, about, instead)
  const deleted = await deleteAttached(ctx, erasure_id, about)
  const past = await erasePast(ctx, erasure_id, mentions.patterns)
  if (contact_id)
    await ctx.db.run(sql`
      update personal_data_exports set status = 'expired', problem = null where customer_id = ${customer.id}`)
  await ctx.db.run(sql`delete from erasure_rows where erasure_id = ${erasure_id}`)
  const report: Erased[] = counted.map(({ noun, label, rows }) => {
    if (deleted.has(noun)) return { noun, label, rows, done: 'deleted' }
    if (books.nouns.has(noun))
      return {
        noun,
        label,
        rows,
        done: 'sealed',
        why: `The books are kept. Whom it names is sealed until ${books.keep_until}.`,
      }
    if (overwritten.has(noun)) return { noun, label, rows, done: 'erased' }
    return {
      noun,
      label,
      rows,
      done: 'kept',
      why: 'Figures, days and references; nothing of it names anybody.',
    }
  })
  if (past > 0) report.push({ noun: 'audit_event', label: 'Audit events', rows: past, done: 'erased' })
  const told = reason === null ? null : mentions.without(reason)
  const originals = books.keep_until ? 'sealed' : 'none'
  await ctx.db.run(sql`
    update erasures
    set report = ${JSON.stringify(report)}::jsonb, reason = ${told}, originals = ${originals}, keep_until = ${books.keep_until}
    where id = ${erasure_id}`)
  return { ...erasure, report, reason: told, originals, keep_until: books.keep_until }
}
