import type { Ctx } from '#kernel/ctx.ts'
import { kinds } from '#kernel/kinds.ts'
import type { Resource } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { fieldOf, searchKind, type Declared } from './vocabulary.ts'

/** The DDL of an entity, as text to show before and to run. Nothing here that a person typed reaches a statement unquoted. */
export type PlannedField = Declared & { column_name: string }

/** Where a reference points: physical table, and whether the row's partner comes along. */
export type Target = { noun: Resource; bears_partner: boolean }

export type PlannedTable = {
  tenant_id: string
  table: string
  noun: string
  fields: readonly PlannedField[]
  targets: ReadonlyMap<string, Target>
  /** The field whose row's partner is the row's own; undefined where every partner sees every row. */
  owner?: PlannedField | undefined
}

export function planTable(plan: PlannedTable): string[] {
  const { table, tenant_id, fields, owner } = plan
  const columns = [
    'id uuid not null default uuidv7()',
    `tenant_id uuid not null check (tenant_id = ${quote(tenant_id)})`,
    ...(owner ? ['partner_id uuid not null'] : []),
    ...fields.map((field) => columnFor(field)),
    'version integer not null default 1',
    'created_at timestamptz(3) not null default now()', // wall clock: of rows written by hand in SQL
    'updated_at timestamptz(3) not null default now()', // wall clock: the same
    'primary key (tenant_id, id)',
  ]
  return [
    `create table ${table} (\n  ${columns.join(',\n  ')}\n)`,
    `select guard_table(${quote(table)})`,
    ...fields.flatMap((field) => constraintsFor(plan, field)),
    ...(owner ? ownerFor(plan, owner) : []),
    ...searchFor(plan),
  ]
}

/** One more column on a table that may hold rows: a constant default touches none of them. */
export function planField(plan: PlannedTable, field: PlannedField): string[] {
  const searchable = field.searchable ? searchStatements(plan.table, plan.noun, plan.fields) : []
  return [
    `alter table ${plan.table} add column ${columnFor(field)}`,
    ...constraintsFor(plan, field),
    ...searchable,
  ]
}

function columnFor(field: PlannedField): string {
  const choices =
    field.kind === 'choice'
      ? ` constraint ${field.column_name}_check check (${field.column_name} in (${(field.values ?? []).map(quote).join(', ')}))`
      : ''
  return `${field.column_name} ${kinds[field.kind].column}${field.required ? ' not null' : ''}${choices}`
}

function constraintsFor(plan: PlannedTable, field: PlannedField): string[] {
  const { table } = plan
  const { filter, sort } = fieldOf(field)
  const statements: string[] = []
  if (filter || sort) statements.push(`create index on ${table} (tenant_id, ${field.column_name}, id)`)
  if (field.unique)
    statements.push(
      `create unique index ${field.column_name}_key on ${table} (tenant_id, ${field.column_name})`,
    )
  const target =
    field.kind === 'reference' && field !== plan.owner ? plan.targets.get(field.to ?? '') : undefined
  if (target)
    statements.push(
      `alter table ${table} add constraint ${field.column_name}_fkey foreign key (tenant_id, ${field.column_name}) references ${target.noun.table} (tenant_id, id)`,
    )
  return statements
}

function ownerFor({ table, targets }: PlannedTable, field: PlannedField): string[] {
  const target = targets.get(field.to ?? '')!.noun.table
  return [
    `create index on ${table} (tenant_id, partner_id, id)`,
    `alter table ${table} add constraint ${field.column_name}_fkey foreign key (tenant_id, ${field.column_name}, partner_id) references ${target} (tenant_id, id, partner_id) on update cascade`,
    `create trigger take_partner before insert or update of ${field.column_name} on ${table} for each row execute function take_partner_of_reference(${quote(field.column_name)}, ${quote(target)})`,
  ]
}

/** The search's triggers anew, for these fields. */
export const searchStatements = (table: string, noun: string, fields: readonly PlannedField[]): string[] => [
  ...['search_insert', 'search_update', 'search_delete'].map(
    (name) => `drop trigger if exists ${name} on ${table}`,
  ),
  ...searchFor({ table, noun, fields }),
]

/** The column by which rows follow their customer or service, where there is one. */
export async function ownerColumn(ctx: Ctx, table: string): Promise<string | undefined> {
  const trigger = await ctx.db.maybe(sql<{ name: string }>`
    select split_part(encode(tgargs, 'escape'), '\\000', 1) as name
    from pg_trigger
    where tgrelid = to_regclass(${table}) and tgname = 'take_partner'`)
  return trigger?.name
}

function searchFor({ table, noun, fields }: Pick<PlannedTable, 'table' | 'noun' | 'fields'>): string[] {
  const searched = fields
    .filter((field) => field.searchable)
    .map((field) => `${field.column_name}:${searchKind(field.kind)}`)
  if (searched.length === 0) return []
  return [`select make_searchable(${[table, noun, ...searched].map(quote).join(', ')})`]
}

/** A literal; standard_conforming_strings is on. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
