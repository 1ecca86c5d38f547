import type { Ctx } from '#kernel/ctx.ts'
import { kinds } from '#kernel/kinds.ts'
import type { FieldKind, Resource } from '#kernel/resource.ts'
import { id, raw, sql } from '#kernel/sql.ts'
import { fillStatement, type ColumnField } from './columns.ts'
import { run } from './ddl.ts'
import { opaqueName } from './names.ts'
import { needsColumn, needsValues, searchKind, type Declared } from './vocabulary.ts'

export type StoredCustomField = Declared & {
  id: string
  key: string
  column_name: string | null
  index_status: 'none' | 'indexing' | 'ready'
  index_from: string | null
  numbers_from: bigint | null
  numbers_to: bigint | null
  retyped_from: FieldKind | null
}

/**
 * Brings the table beside a noun's own into line with its fields: makes it, adds and drops columns, and from its commit on every write
 * fills them. To be called as the owner. Writers of this tenant who know the old columns are waited for (`hold_custom_columns`), so that
 * none is missed: what they write is committed before rows are copied. Answers the fields whose rows are to be copied.
 */
export async function shapeBeside(owner: Ctx, noun: Resource): Promise<string[]> {
  await owner.db.all(sql`
    select pg_advisory_xact_lock(hashtextextended(${`custom:${owner.tenant.id}:${noun.name}`}, 0))`)
  const declared = await fieldsOf(owner, noun)
  await searchWhatIsSearchable(owner, noun, declared)
  const wanted = declared.filter(needsColumn)
  const many = declared.filter(needsValues)
  await owner.db.run(sql`
    delete from custom_values
    where tenant_id = ${owner.tenant.id}
      and field_id = any(${declared.filter((field) => !needsValues(field)).map(({ id: field_id }) => field_id)}::uuid[])`)
  const known = await owner.db.maybe(sql<{ table_name: string }>`
    select table_name from custom_tables where tenant_id = ${owner.tenant.id} and noun = ${noun.name}`)
  if (wanted.length === 0 && many.length === 0) {
    if (known) await dropBeside(owner, noun, known.table_name)
    return toCopy(declared)
  }
  const table_name = known?.table_name ?? opaqueName('x')
  const table = `dyn.${table_name}`
  if (!known) await run(owner, tableStatements(owner.tenant.id, table))
  const there = await columnsOf(owner, table)
  const fields = wanted.map((field) => ({ ...field, column_name: field.column_name ?? opaqueName('f') }))
  const unwanted = there.filter((column) => !fields.some((field) => field.column_name === column))
  await run(
    owner,
    unwanted.map((column) => `alter table ${table} drop column ${column}`),
  )
  for (const field of fields.filter(({ column_name }) => !there.includes(column_name)))
    await run(owner, columnStatements(owner, table, field))
  const fill = fillStatement(table, fields, many, owner.tenant.currency)
  await owner.db.run(sql`
    insert into custom_tables (tenant_id, noun, table_name, fill)
    values (${owner.tenant.id}, ${noun.name}, ${table_name}, ${fill})
    on conflict (tenant_id, noun) do update set fill = excluded.fill`)
  for (const field of declared) {
    const column_name = fields.find((one) => one.id === field.id)?.column_name ?? null
    if (column_name !== field.column_name) await setColumn(owner, field.id, column_name)
  }
  return toCopy(declared)
}

const toCopy = (fields: readonly StoredCustomField[]): string[] =>
  fields.filter((field) => field.index_status === 'indexing').map((field) => field.id)

const fieldsOf = (ctx: Ctx, noun: Resource): Promise<StoredCustomField[]> =>
  ctx.db.all(
    sql<StoredCustomField>`select * from custom_fields where tenant_id = ${ctx.tenant.id} and noun = ${noun.name} order by id`,
  )

/**
 * The last step for fields whose rows are all copied: their indexes, and uniqueness where no two rows have the same value; where they
 * do, the field is not unique, and a sentence says which value stands twice. To be called as the owner.
 */
export async function finishColumns(owner: Ctx, noun: Resource, ids: readonly string[]): Promise<void> {
  const beside = await owner.db.maybe(sql<{ table_name: string }>`
    select table_name from custom_tables where tenant_id = ${owner.tenant.id} and noun = ${noun.name}`)
  const table = `dyn.${beside?.table_name}`
  const fields = (await fieldsOf(owner, noun)).filter((field) => ids.includes(field.id))
  for (const field of fields) {
    const { column_name: column } = field
    const note = beside && column ? await indexColumn(owner, noun, table, column, field) : null
    await owner.db.run(sql`
      update custom_fields
      set index_status = case index_status when 'none' then 'none' else 'ready' end, index_from = null, index_note = ${note},
        "unique" = "unique" and ${note}::text is null, retyped_from = null, index_done = coalesce(index_total, 0), updated_at = ${owner.now}
      where tenant_id = ${owner.tenant.id} and id = ${field.id}`)
  }
  if (beside) await owner.db.run(raw(`analyze ${table}`))
  if (fields.some(needsValues)) await owner.db.run(raw('analyze custom_values'))
}

/** Answers why the column cannot be unique, where it cannot. */
async function indexColumn(
  owner: Ctx,
  noun: Resource,
  table: string,
  column: string,
  field: StoredCustomField,
): Promise<string | null> {
  if (field.filterable || field.sortable || field.kind === 'reference' || field.kind === 'user')
    await run(owner, [`create index if not exists ${column}_idx on ${table} (tenant_id, ${column}, id)`])
  else await run(owner, [`drop index if exists dyn.${column}_idx`])
  if (!field.unique) {
    await run(owner, [`drop index if exists dyn.${column}_key`])
    return null
  }
  // Nobody may add a second one between looking and guarding.
  await run(owner, [`lock table ${table} in share mode`])
  const twice = await owner.db.maybe(sql<{ value: string; n: bigint }>`
    select ${raw(column)}::text as value, count(*) as n
    from ${id(table)}
    where tenant_id = ${owner.tenant.id} and ${raw(column)} is not null
    group by ${raw(column)}
    having count(*) > 1
    limit 1`)
  if (twice) {
    const { value } = await owner.db.one(sql<{ value: string }>`
      select n.custom ->> ${field.key} as value
      from ${id(table)} b join ${id(noun.table)} n on n.tenant_id = b.tenant_id and n.id = b.id
      where b.tenant_id = ${owner.tenant.id} and b.${raw(column)}::text = ${twice.value}
      limit 1`)
    return `The field is not unique: ${twice.n} ${noun.label_plural.toLowerCase()} have “${value.slice(0, 100)}”. Change them, then mark it unique again.`
  }
  await run(owner, [`create unique index if not exists ${column}_key on ${table} (tenant_id, ${column})`])
  return null
}

function tableStatements(tenant_id: string, table: string): string[] {
  return [
    `create table ${table} (tenant_id uuid not null check (tenant_id = '${tenant_id}'), id uuid not null, primary key (tenant_id, id))`,
    `select guard_table('${table}')`,
  ]
}

/** An added column is empty at first, which touches no row. */
function columnStatements(ctx: Ctx, table: string, field: ColumnField): string[] {
  const { column_name: column } = field
  const to = field.kind === 'user' ? 'user' : field.kind === 'reference' ? field.to : undefined
  const target = to ? ctx.app.nouns.byName(ctx, to) : undefined
  return [
    `alter table ${table} add column ${column} ${kinds[field.kind].column}`,
    ...(target
      ? [
          `alter table ${table} add constraint ${column}_fkey foreign key (tenant_id, ${column}) references ${target.table} (tenant_id, id)`,
        ]
      : []),
  ]
}

async function columnsOf(owner: Ctx, table: string): Promise<string[]> {
  const columns = await owner.db.all(sql<{ name: string }>`
    select attname as name
    from pg_attribute
    where attrelid = to_regclass(${table}) and attnum > 0 and not attisdropped and attname like 'f\\_%'`)
  return columns.map(({ name }) => name)
}

async function dropBeside(owner: Ctx, noun: Resource, table_name: string): Promise<void> {
  await run(owner, [`drop table dyn.${table_name}`])
  await owner.db.run(
    sql`delete from custom_tables where tenant_id = ${owner.tenant.id} and noun = ${noun.name}`,
  )
  await owner.db.run(
    sql`update custom_fields set column_name = null where tenant_id = ${owner.tenant.id} and noun = ${noun.name}`,
  )
}

const setColumn = (owner: Ctx, field_id: string, column_name: string | null) =>
  owner.db.run(sql`
    update custom_fields set column_name = ${column_name} where tenant_id = ${owner.tenant.id} and id = ${field_id}`)

/** What the search reads of rows that are written from now on. Words of a field that is searched no more go with `forgetWords`. */
async function searchWhatIsSearchable(
  owner: Ctx,
  noun: Resource,
  declared: readonly StoredCustomField[],
): Promise<void> {
  const searched = declared.filter((field) => field.searchable)
  await owner.db.run(sql`
    delete from searched_custom_fields
    where tenant_id = ${owner.tenant.id} and noun = ${noun.name}
      and not name = any(${searched.map((field) => field.key)}::text[])`)
  for (const field of searched)
    await owner.db.run(sql`
      insert into searched_custom_fields (tenant_id, noun, name, kind)
      values (${owner.tenant.id}, ${noun.name}, ${field.key}, ${searchKind(field.kind) ?? 'words'})
      on conflict do nothing`)
}
