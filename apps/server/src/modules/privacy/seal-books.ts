import { randomBytes } from 'node:crypto'
import { openWith, sealWith } from '#kernel/crypto.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { personalIn, type OfPerson } from '#kernel/personal.ts'
import { columnOf, type Resource } from '#kernel/resource.ts'
import { id, join, sql, type Sql } from '#kernel/sql.ts'
import { collected } from './erase-rows.ts'
import { namelessParty, type Mentions } from './mentions.ts'

/** Each so many rows. */
const page = 500

type Original = { id: string } & Record<string, unknown>

/**
 * Seals what the books say of the person under a key of its own, and puts in its place what says nothing. Answers the nouns and the day
 * on which the last of it need not be kept any more; null where there was nothing to seal.
 */
export async function sealBooks(
  ctx: Ctx,
  erasure_id: string,
  about: readonly OfPerson[],
  mentions: Mentions,
  instead: string,
): Promise<{ nouns: ReadonlySet<string>; keep_until: string | null }> {
  const key = randomBytes(32)
  const nouns = new Set<string>()
  let last: string | null = null
  for (const { noun } of about) {
    const kept = Object.entries(noun.fields).filter(([, field]) => personalIn(field) === 'kept')
    if (kept.length === 0 || noun.name === 'transaction') continue
    const replace = (row: Original) =>
      Object.fromEntries(
        kept.map(([name, field]) => {
          const value = row[name]
          if (value === null || value === undefined) return [name, null]
          if (field.kind === 'json') return [name, namelessParty(value, mentions, instead)]
          return [name, field.nullable ? null : mentions.without(String(value))]
        }),
      )
    const sealed = await sealRows(
      ctx,
      { erasure_id, key, noun, names: kept.map(([name]) => name), replace },
      collected(erasure_id, noun),
    )
    if (sealed.rows === 0) continue
    nouns.add(noun.name)
    if (sealed.last && (!last || sealed.last > last)) last = sealed.last
  }
  // Documents of the account above on which this one has a section.
  const invoices = ctx.app.nouns.builtIn.find(({ name }) => name === 'invoice')
  if (invoices)
    await sealRows(
      ctx,
      {
        erasure_id,
        key,
        noun: invoices,
        names: ['bill_to'],
        replace: ({ bill_to }) => ({ bill_to: mentions.withoutIn(bill_to) }),
      },
      sql`
        select l.invoice_id
        from invoice_lines l
        where l.id in (select row_id from erasure_rows where erasure_id = ${erasure_id} and noun = 'invoice_line')
          and l.invoice_id not in (${collected(erasure_id, invoices)})`,
    )
  if (nouns.size === 0 || last === null) return { nouns: new Set(), keep_until: null }
  const { keep_until } = await ctx.db.one(sql<{ keep_until: string }>`
    select (${last}::date + make_interval(years => keep_books_years))::date as keep_until
    from tenants where id = ${ctx.tenant.id}`)
  await ctx.db.run(sql`
    insert into erasure_keys (tenant_id, erasure_id, sealed)
    values (${ctx.tenant.id}, ${erasure_id}, ${await ctx.app.secrets.seal(ctx.tenant.id, keyPlace(erasure_id), key.toString('base64'), ctx.db)})`)
  return { nouns, keep_until }
}

type Sealing = {
  erasure_id: string
  key: Buffer
  noun: Resource
  names: readonly string[]
  replace: (row: Original) => Record<string, unknown>
}

async function sealRows(
  ctx: Ctx,
  { erasure_id, key, noun, names, replace }: Sealing,
  ids: Sql,
): Promise<{ rows: number; last: string | null }> {
  const columns = names.map((name) => sql`${id(columnOf(noun, name))} as ${id(name)}`)
  const date = noun.fields.date ? sql`date` : sql`created_at::date`
  let after = '00000000-0000-0000-0000-000000000000'
  let rows = 0
  let last: string | null = null
  for (;;) {
    const originals = await ctx.db.all(sql<Original & { _day: string }>`
      select id, ${date} as _day, ${join(columns)}
      from ${id(noun.table)}
      where id in (${ids}) and id > ${after}
      order by id
      limit ${page}`)
    if (originals.length === 0) return { rows, last }
    rows += originals.length
    after = originals.at(-1)!.id
    const changed: { row: Original; now: Record<string, unknown> }[] = []
    for (const { _day, ...row } of originals) {
      if (!last || _day > last) last = _day
      const now = replace(row as Original)
      if (names.some((name) => JSON.stringify(now[name]) !== JSON.stringify(row[name] ?? null)))
        changed.push({ row: row as Original, now })
    }
    await keep(
      ctx,
      erasure_id,
      key,
      noun,
      changed.map(({ row }) => row),
    )
    await write(ctx, erasure_id, noun, names, changed)
  }
}

async function keep(
  ctx: Ctx,
  erasure_id: string,
  key: Buffer,
  noun: Resource,
  rows: readonly Original[],
): Promise<void> {
  if (rows.length === 0) return
  const sealed = rows.map(({ id: row_id, ...values }) =>
    sealWith(key, ctx.tenant.id, originalPlace(noun.name, row_id), JSON.stringify(values)),
  )
  await ctx.db.run(sql`
    insert into erasure_originals (tenant_id, erasure_id, noun, row_id, sealed)
    select ${ctx.tenant.id}::uuid, ${erasure_id}::uuid, ${noun.name}, r.id, r.sealed
    from unnest(${rows.map((row) => row.id)}::uuid[], ${sealed}::bytea[]) as r(id, sealed)`)
}

async function write(
  ctx: Ctx,
  erasure_id: string,
  noun: Resource,
  names: readonly string[],
  changed: readonly { row: Original; now: Record<string, unknown> }[],
): Promise<void> {
  if (changed.length === 0) return
  const ids = changed.map(({ row }) => row.id)
  if (noun.name === 'journal_entry') {
    const texts = changed.map(({ now }) => now.description)
    await ctx.db.run(sql`select erase_descriptions(${erasure_id}, ${ids}::uuid[], ${texts}::text[])`)
    return
  }
  const types = names.map(
    (name) => sql`${id(name)} ${noun.fields[name]?.kind === 'json' ? sql`jsonb` : sql`text`}`,
  )
  await ctx.db.run(sql`
    update ${id(noun.table)} t
    set ${join(names.map((name) => sql`${id(columnOf(noun, name))} = n.${id(name)}`))}, version = t.version + 1, updated_at = ${ctx.now}
    from jsonb_to_recordset(${JSON.stringify(changed.map(({ row, now }) => ({ id: row.id, ...now })))}::jsonb)
      as n(id uuid, ${join(types)})
    where t.id = n.id`)
}

/** What rows of the books said before they were sealed: by noun and row id. Null once the key is destroyed, or where there was none. */
export async function originalsOf(
  ctx: Ctx,
  erasure_id: string,
  row_ids: readonly string[],
): Promise<Map<string, Record<string, unknown>> | null> {
  const held = await ctx.db.maybe(
    sql<{ sealed: Buffer }>`select sealed from erasure_keys where erasure_id = ${erasure_id}`,
  )
  if (!held) return null
  const key = Buffer.from(
    await ctx.app.secrets.open(ctx.tenant.id, keyPlace(erasure_id), held.sealed),
    'base64',
  )
  const rows = await ctx.db.all(sql<{ noun: string; row_id: string; sealed: Buffer }>`
    select noun, row_id, sealed from erasure_originals
    where erasure_id = ${erasure_id} and row_id = any(${row_ids}::uuid[])`)
  return new Map(
    rows.map(({ noun, row_id, sealed }) => [
      row_id,
      JSON.parse(
        openWith(key, ctx.tenant.id, originalPlace(noun, row_id), sealed).toString('utf8'),
      ) as Record<string, unknown>,
    ]),
  )
}

const keyPlace = (erasure_id: string) => ({ table: 'erasure_keys', column: 'sealed', row_id: erasure_id })
const originalPlace = (noun: string, row_id: string) => ({ table: 'erasure_originals', column: noun, row_id })
