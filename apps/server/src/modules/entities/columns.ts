import { kinds } from '#kernel/kinds.ts'
import { currencyDigits } from '#kernel/money.ts'
import { fieldOf, type Declared } from './vocabulary.ts'

/** A field of a built-in noun with its typed column. */
export type ColumnField = Declared & { key: string; column_name: string }

/**
 * The statement that copies fields from `@rows@` (tenant_id, id, custom) of the tenant $1 into their columns. A value that is not of its
 * field's kind is left out: a write of something else must not fail because of it.
 */
export function fillStatement(table: string, fields: readonly ColumnField[], currency: string): string {
  const columns = fields.map(({ column_name }) => column_name)
  return [
    `insert into ${table} (${['tenant_id', 'id', ...columns].join(', ')})`,
    `select ${['r.tenant_id', 'r.id', ...fields.map((field) => typed(field, currency))].join(', ')}`,
    'from @rows@ r',
    'where r.tenant_id = $1',
    `on conflict (tenant_id, id) do update set ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  ].join('\n')
}

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
