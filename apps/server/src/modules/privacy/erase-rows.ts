import { attachedTo } from '#kernel/attached.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { kinds } from '#kernel/kinds.ts'
import { personalIn, rowsAbout, type OfPerson, type Person } from '#kernel/personal.ts'
import { columnOf, type Field, type Resource } from '#kernel/resource.ts'
import { id, join, sql, type Sql } from '#kernel/sql.ts'
import { forgetFiles } from '#modules/files/index.ts'

/** Notes every row about the person in `erasure_rows`, so that whatever follows finds them by their id. */
export async function collectRows(ctx: Ctx, erasure_id: string, person: Person): Promise<OfPerson[]> {
  const about = rowsAbout(ctx.app.nouns.all(ctx), person)
  for (const { noun, rows } of about.filter(({ noun }) => !hangs(noun)))
    await note(ctx, erasure_id, noun, rows)
  // By login alone: sessions and attempts from before the login was anybody's.
  const logins = sql`
    select login from services
    where login is not null and id in (select row_id from erasure_rows where erasure_id = ${erasure_id} and noun = 'service')`
  for (const { noun } of about)
    if (noun.fields.login && noun.fields.customer_id?.nullable)
      await note(
        ctx,
        erasure_id,
        noun,
        sql`select id from ${id(noun.table)} where login in (${logins}) and customer_id is null`,
      )
  for (const { noun } of about.filter(({ noun }) => hangs(noun)))
    await note(
      ctx,
      erasure_id,
      noun,
      sql`select id from ${id(noun.table)} where row_id in (select row_id from erasure_rows where erasure_id = ${erasure_id})`,
    )
  return about
}

const note = (ctx: Ctx, erasure_id: string, noun: Resource, rows: Sql) =>
  ctx.db.run(sql`
    insert into erasure_rows (tenant_id, erasure_id, noun, row_id)
    select ${ctx.tenant.id}::uuid, ${erasure_id}::uuid, ${noun.name}, found.id
    from (${rows}) found
    on conflict do nothing`)

export async function countRows(
  ctx: Ctx,
  erasure_id: string,
  about: readonly OfPerson[],
): Promise<{ noun: string; label: string; rows: number }[]> {
  const counts = await ctx.db.all(sql<{ noun: string; rows: number }>`
    select noun, count(*)::integer as rows from erasure_rows where erasure_id = ${erasure_id} group by noun`)
  return about.flatMap(({ noun }) => {
    // The customer's statement is the journal's entries once more, and the bin a part of the files.
    if (['transaction', 'erasure', 'binned_file'].includes(noun.name)) return []
    const rows = counts.find((counted) => counted.noun === noun.name)?.rows ?? 0
    return rows > 0 ? [{ noun: noun.name, label: noun.label_plural, rows }] : []
  })
}

export const collected = (erasure_id: string, noun: Resource): Sql =>
  sql`select row_id from erasure_rows where erasure_id = ${erasure_id} and noun = ${noun.name}`

/** What hangs on the rows goes altogether, the contents of files with the commit. */
export async function deleteAttached(
  ctx: Ctx,
  erasure_id: string,
  about: readonly OfPerson[],
): Promise<Set<string>> {
  const attached = about.filter(({ noun }) => hangs(noun))
  for (const { noun } of attached) {
    if (noun.table === 'files') await forgetFiles(ctx, collected(erasure_id, noun))
    else await ctx.db.run(sql`delete from ${id(noun.table)} where id in (${collected(erasure_id, noun)})`)
  }
  return new Set(attached.map(({ noun }) => noun.name))
}

/** Overwrites every personal field. What is written once is done by `erase_past`, since the application may not change it. */
export async function overwriteRows(
  ctx: Ctx,
  erasure_id: string,
  about: readonly OfPerson[],
  instead: string,
): Promise<Set<string>> {
  const overwritten = new Set<string>()
  for (const { noun } of about) {
    const personal = Object.entries(noun.fields).filter(([, field]) => personalIn(field) === true)
    if (hangs(noun) || (personal.length === 0 && !noun.custom)) continue
    overwritten.add(noun.name)
    if (writtenOnce.has(noun.name)) continue
    const values = personal.map(
      ([name, field]) => sql`${id(columnOf(noun, name))} = ${blank(noun, name, field, instead)}`,
    )
    if (noun.custom) values.push(sql`custom = '{}'`)
    await ctx.db.run(sql`
      update ${id(noun.table)}
      set ${join([...values, sql`version = version + 1`, sql`updated_at = ${ctx.now}`])}
      where id in (${collected(erasure_id, noun)})`)
  }
  return overwritten
}

/** Nouns whose rows the application's role may not change; the test of the schema knows whether they are all. */
export const writtenOnce: ReadonlySet<string> = new Set(['consent', 'customer_status_change'])

const hangs = (noun: Resource): boolean => noun.fields.row_id === attachedTo.row_id

/**
 * What stands where a value was that may not be left out. Rows of an administrator's entity may have to differ in any text, so each takes a
 * part of its id along.
 */
function blank(noun: Resource, name: string, field: Field, instead: string): Sql {
  if (field.nullable) return sql`null`
  const column = id(columnOf(noun, name))
  if (field.kind === 'geo_point') return sql`'{"lat": 0, "lon": 0}'::jsonb`
  const stored = kinds[field.kind].column
  switch (stored) {
    case 'text':
      return blankText(noun, field, instead)
    case 'jsonb':
      return sql`case jsonb_typeof(${column}) when 'array' then '[]' else '{}' end::jsonb`
    case 'bytea':
      return sql`''::bytea`
    case 'inet':
      return sql`'0.0.0.0'::inet`
    case 'cidr':
      return sql`'0.0.0.0/32'::cidr`
    case 'date':
    case 'timestamptz(3)':
      return sql`'1900-01-01'`
    case 'time':
      return sql`'00:00'`
    case 'boolean':
      return sql`false`
    case 'bigint':
    case 'integer':
      return sql`0`
    default:
      // References: who they lead to is judged there.
      return column
  }
}

function blankText(noun: Resource, field: Field, instead: string): Sql {
  switch (field.kind) {
    case 'email':
      return sql`'erased-' || right(id::text, 12) || '@erased.invalid'`
    case 'phone':
      return sql`'000'`
    case 'url':
      return sql`'https://erased.invalid/' || right(id::text, 12)`
    case 'mac':
      // A service's devices differ.
      return sql`'02' || regexp_replace(left(md5(id::text), 10), '(..)', ':\\1', 'g')`
    case 'choice':
      return sql`${field.values?.[0] ?? ''}::text`
    default:
      return noun.entity ? sql`${`${instead} `}::text || right(id::text, 12)` : sql`${instead}::text`
  }
}
