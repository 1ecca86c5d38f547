import { kinds } from '#kernel/kinds.ts'
import { longestValue } from '#kernel/many-values.ts'
import { currencyDigits } from '#kernel/money.ts'
import { fieldOf, type Declared } from './vocabulary.ts'

/** A field of a built-in noun with its typed column. */
export type ColumnField = Declared & { key: string; column_name: string }

/** A field of several values, of a built-in noun. */
export type ValuesField = Declared & { id: string; key: string }

/**
 * The statement that copies fields from `@rows@` (tenant_id, id, custom) of the tenant $1 into their columns, and those of several values
 * into `custom_values`. A value that is not of its field's kind is left out: a write of something else must not fail because of it.
 */
export function fillStatement(
  table: string,
  fields: readonly ColumnField[],
  many: readonly ValuesField[],
  currency: string,
): string {
  const columns = fields.map(({ column_name }) => column_name)
  return [
    ...(many.length > 0
      ? valuesOf(many)
      : ['with r as (select * from @rows@ given where given.tenant_id = $1)']),
    `insert into ${table} (${['tenant_id', 'id', ...columns].join(', ')})`,
    `select ${['r.tenant_id', 'r.id', ...fields.map((field) => typed(field, currency))].join(', ')}`,
    'from r',
    columns.length > 0
      ? `on conflict (tenant_id, id) do update set ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`
      : 'on conflict do nothing',
  ].join('\n')
}

/** Names of keys and ids only, so nothing that a person typed reaches the statement unquoted. */
const valuesOf = (many: readonly ValuesField[]): string[] => [
  'with r as materialized (select * from @rows@ given where given.tenant_id = $1),',
  `f (field_id, key) as (values ${many.map(({ id, key }) => `('${id}'::uuid, '${key}')`).join(', ')}),`,
  // Judged by the row itself: a comparison with the values that are put would be one of all with all.
  'gone as (',
  '  delete from custom_values v using r, f',
  '  where v.tenant_id = $1 and v.row_id = r.id and v.field_id = f.field_id',
  '    and not coalesce(r.custom -> f.key ? v.value, false)',
  '), put as (',
  '  insert into custom_values (tenant_id, field_id, value, row_id)',
  `  select $1, f.field_id, left(e.value, ${longestValue}), r.id`,
  '  from r cross join f',
  "  cross join lateral jsonb_array_elements_text(case jsonb_typeof(r.custom -> f.key) when 'array' then r.custom -> f.key else '[]'::jsonb end) e(value)",
  '  where e.value is not null',
  '  on conflict do nothing',
  ')',
]

/** The most of a text that an index holds; longer fields are not marked filterable. */
const longest = 500

function typed(field: ColumnField, currency: string): string {
  const value = `(r.custom ->> '${field.key}')`
  const { column } = kinds[field.kind]
  if (column === 'text') return `left(${value}, ${longest})`
  const digits = digitsOf(field, currency)
  if (digits !== undefined)
    return `case when ${value} ~ '^-?[0-9]{1,15}([.][0-9]+)?$' then (${value}::numeric * ${10 ** digits})::bigint end`
  if (field.kind === 'duration')
    return `case when pg_input_is_valid(${value}, 'interval') then extract(epoch from ${value}::interval)::bigint end`
  return `case when pg_input_is_valid(${value}, '${column}') then ${value}::${column} end`
}

/** Digits after the point of what is stored as a whole number of smallest units. */
function digitsOf({ kind, ...field }: ColumnField, currency: string): number | undefined {
  if (kind === 'money') return currencyDigits(currency)
  return kinds[kind].digits?.(fieldOf({ kind, ...field }))
}
