import type { Ctx } from '#kernel/ctx.ts'
import { id, sql } from '#kernel/sql.ts'
import { forgetInImports } from '#modules/imports/index.ts'
import type { Mentions } from './mentions.ts'

/** What is kept beside the nouns' fields: answers of earlier requests, bulk results, imported files, previews, saved views. */
export async function eraseElsewhere(
  ctx: Ctx,
  erasure_id: string,
  customer_ids: readonly string[],
  mentions: Mentions,
  instead: string,
): Promise<void> {
  const { patterns } = mentions
  const theirs = sql`select row_id from erasure_rows where erasure_id = ${erasure_id}`
  await ctx.db.run(sql`
    update idempotency_keys k
    set response = '{"erased": true}'
    where k.response is not null and (
      k.response::text ilike any (${patterns}::text[])
      or exists (
        select from erasure_rows r
        where r.erasure_id = ${erasure_id} and r.noun = any(${namedInAnswers}::text[])
          and position(r.row_id::text in k.response::text) > 0))`)
  await ctx.db.run(sql`
    update bulk_job_rows
    set error = jsonb_build_object('code', error -> 'code', 'detail', 'erased')
    where error is not null and (row_id in (${theirs}) or error::text ilike any (${patterns}::text[]))`)
  await ctx.db.run(sql`
    update consumer_failures
    set error = 'erased'
    where event_id in (select e.id from events e where e.row_id in (${theirs})) or error ilike any (${patterns}::text[])`)
  await ctx.db.run(sql`
    update billing_run_previews
    set customer_name = ${instead}, lines = '[]', warnings = '[]'
    where customer_id = any(${customer_ids}::uuid[])`)
  await ctx.db.run(sql`
    update personal_data_exports
    set status = 'expired', problem = null
    where customer_id = any(${customer_ids}::uuid[])`)
  await ctx.db.run(sql`update customer_moves set was = '{}' where id in (${theirs})`)
  for (const [table, column] of documents) {
    const found = await ctx.db.all(sql<{ id: string; value: unknown }>`
      select id, ${id(column)} as value from ${id(table)} where ${id(column)}::text ilike any (${patterns}::text[])`)
    for (const row of found)
      await ctx.db.run(
        sql`update ${id(table)} set ${id(column)} = ${JSON.stringify(mentions.withoutIn(row.value))}::jsonb where id = ${row.id}`,
      )
  }
  await eraseTransfers(ctx, erasure_id, mentions)
  await forgetInImports(ctx, theirs, mentions)
  await ctx.db.run(sql`select erase_failed_jobs(${erasure_id}, ${patterns}::text[])`)
}

/** A merge is told in the ledger of both accounts, by the name of the other. */
async function eraseTransfers(ctx: Ctx, erasure_id: string, { without }: Mentions): Promise<void> {
  const entries = await ctx.db.all(sql<{ id: string; description: string }>`
    select id, description from journal_entries
    where source_id in (select row_id from erasure_rows where erasure_id = ${erasure_id} and noun = 'customer_move')`)
  if (entries.length > 0)
    await ctx.db.run(sql`
      select erase_descriptions(${erasure_id}, ${entries.map((entry) => entry.id)}::uuid[], ${entries.map(({ description }) => without(description))}::text[])`)
}

const documents = [
  ['saved_views', 'query'],
  ['billing_runs', 'problems'],
] as const

/** Sessions and usage are written by no request. */
const namedInAnswers = [
  'customer',
  'contact',
  'address',
  'consent',
  'service',
  'invoice',
  'credit_note',
  'payment',
  'refund',
  'contract',
  'opening_balance',
  'note',
  'todo',
  'file',
  'scheduled_change',
  'customer_move',
]
