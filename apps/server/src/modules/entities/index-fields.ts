import type { Ctx } from '#kernel/ctx.ts'
import { job, type Work } from '#kernel/jobs.ts'
import type { Resource } from '#kernel/resource.ts'
import { id, raw, sql } from '#kernel/sql.ts'
import { readAgain } from './custom-conversion.ts'
import { asOwner } from './ddl.ts'
import { numberRows } from './number-rows.ts'
import { finishColumns, shapeBeside } from './table-beside.ts'

const chunk = 5000

/**
 * Brings columns and search into line with the fields of a noun: shapes the table beside it, copies the rows that exist in chunks, each
 * a transaction that notes how far it came, and indexes what was copied. Cut off anywhere, it goes on from there; writes meanwhile fill
 * the columns by themselves.
 */
export const indexFields = job<{ noun: string }>('entities.index_fields', {}, async (work) => {
  const noun = work.app.nouns.builtIn.find((one) => one.name === work.payload.noun)
  if (!noun) return
  const ids = await work.act((ctx) => asOwner(ctx, (owner) => shapeBeside(owner, noun)))
  await forgetWords(work, noun)
  if (ids.length === 0) return
  let from: string | null | undefined = await work.act((ctx) => begin(ctx, noun, ids))
  while (from !== undefined) {
    if (work.stopping.aborted) throw new Error('The process is stopping; the copy goes on in another.')
    const after: string | null = from
    from = await work.act((ctx) => copyChunk(ctx, noun, ids, after))
  }
  await work.act((ctx) => asOwner(ctx, (owner) => finishColumns(owner, noun, ids)))
})

/** How many rows there are, and where to begin: where the field that came least far stands. */
async function begin(ctx: Ctx, noun: Resource, ids: readonly string[]): Promise<string | null> {
  const fields = await ctx.db.all(sql<{ index_from: string | null }>`
    update custom_fields
    set index_total = (select count(*) from ${id(noun.table)})
    where id = any(${ids}::uuid[])
    returning index_from`)
  const places = fields.map((field) => field.index_from)
  return places.includes(null) ? null : (places.sort()[0] ?? null)
}

/** Copies the rows after `from`; answers the last one, or undefined when there are no more. */
async function copyChunk(
  ctx: Ctx,
  noun: Resource,
  ids: readonly string[],
  from: string | null,
): Promise<string | undefined> {
  // Held, so that a value that changes meanwhile is not written over by the one it had.
  const rows = await ctx.db.all(sql<{ id: string }>`
    select id
    from ${id(noun.table)}
    ${from ? sql`where id > ${from}::uuid` : sql``}
    order by id
    limit ${chunk}
    for no key update`)
  const last = rows.at(-1)?.id
  if (last === undefined) return undefined
  const row_ids = rows.map((row) => row.id)
  await numberRows(ctx, noun, ids, row_ids)
  await readAgain(ctx, noun, ids, row_ids)
  const beside = await ctx.db.maybe(
    sql<{ fill: string }>`select fill from custom_tables where noun = ${noun.name}`,
  )
  if (beside) await ctx.db.run(filling(beside.fill, ctx.tenant.id, noun, row_ids))
  const { searched } = await ctx.db.one(sql<{ searched: boolean }>`
    select coalesce(bool_or(searchable), false) as searched from custom_fields where id = any(${ids}::uuid[])`)
  if (searched)
    await ctx.db.all(sql`select index_again(${noun.table}::regclass, ${ctx.tenant.id}, ${row_ids}::uuid[])`)
  await ctx.db.run(sql`
    update custom_fields set index_from = ${last}, index_done = index_done + ${rows.length}
    where id = any(${ids}::uuid[]) and index_status = 'indexing'`)
  return last
}

/** The stored statement, its tenant and rows put in. */
function filling(fill: string, tenant_id: string, noun: Resource, row_ids: readonly string[]) {
  const rows = sql`(select tenant_id, id, custom from ${id(noun.table)} where id = any(${row_ids}::uuid[]))`
  const parts = fill
    .split(/(@rows@|\$1)/)
    .map((part) => (part === '@rows@' ? rows : part === '$1' ? sql`${tenant_id}::uuid` : raw(part)))
  return parts.reduce((left, right) => sql`${left}${right}`)
}

/** Words of fields that are searched no more, found by what their rows say of themselves. */
async function forgetWords(work: Work<{ noun: string }>, noun: Resource): Promise<void> {
  for (let found = chunk; found === chunk;) {
    found = await work.act(async (ctx) => {
      const rows = await ctx.db.all(sql<{ row_id: string }>`
        delete from search_terms t
        using (
          select distinct s.row_id, s.field
          from search_terms s
          where s.noun = ${noun.name} and s.field like 'custom.%'
            and not exists (
              select from searched_custom_fields c where c.noun = s.noun and 'custom.' || c.name = s.field)
          limit ${chunk}
        ) gone
        where t.noun = ${noun.name} and t.row_id = gone.row_id and t.field = gone.field
        returning t.row_id`)
      const ids = [...new Set(rows.map((row) => row.row_id))]
      if (ids.length > 0)
        await ctx.db.all(sql`select index_again(${noun.table}::regclass, ${ctx.tenant.id}, ${ids}::uuid[])`)
      return ids.length > 0 ? chunk : 0
    })
  }
}

/** One run at a time for a noun; what is asked for while one waits is done by it. */
export const indexLater = (ctx: Ctx, noun: string): void =>
  indexFields.later(ctx, { noun }, { key: noun, queue: `fields:${noun}` })
