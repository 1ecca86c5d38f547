import { humanise } from '../format.ts'
import { allFields, fieldNamed, type Field, type Kind, type Noun } from '../meta.ts'

const everyOperator = [
  'eq',
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'nin',
  'all',
  'contains',
  'null',
  'starts',
] as const
export type Operator = (typeof everyOperator)[number]

/** One condition of a list, as it stands in the address and in the API's query: `balance[lt]=0`. */
export type Filter = { field: string; operator: Operator; value: string }

const ordered: Operator[] = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'null']
const textual: Operator[] = ['eq', 'ne', 'starts', 'null']

const operators: Partial<Record<Kind, Operator[]>> = {
  choice: ['in', 'nin', 'null'],
  boolean: ['eq'],
  reference: ['eq', 'ne', 'null'],
  // Of several values.
  choices: ['in', 'all', 'nin', 'null'],
  emails: ['contains', 'nin', 'null'],
  phones: ['contains', 'nin', 'null'],
  references: ['contains', 'nin', 'null'],
  long_text: [],
  rich_text: [],
  user: ['eq', 'ne', 'null'],
  json: [],
  ip: ['eq', 'ne', 'null'],
  cidr: ['eq', 'ne', 'null'],
  mac: textual,
  date: ['gte', 'lte', 'eq', 'null'],
  datetime: ['gte', 'lte', 'null'],
}
const orderedKinds = new Set<Kind>([
  'integer',
  'bigint',
  'decimal',
  'money',
  'percent',
  'duration',
  'rating',
  'time',
  'bytes',
  'kbps',
])

/** What its list can be asked beside its fields, as if they were fields: they know equality only. */
const ownFilters = (noun: Noun): Field[] =>
  (noun.filters ?? []).map(({ name, help }) => ({
    name,
    label: humanise(name),
    kind: 'text',
    filterable: true,
    equal_only: true,
    ...(help ? { help } : {}),
  }))

/** A field that the list can be filtered by. A filter of the noun's own goes before a field of the same name. */
export const filterField = (noun: Noun, name: string): Field | undefined =>
  ownFilters(noun).find((field) => field.name === name) ?? fieldNamed(noun, name)

export const filterFields = (noun: Noun): Field[] => {
  const own = ownFilters(noun)
  return [...allFields(noun).filter(({ name }) => !own.some((field) => field.name === name)), ...own]
}

/** The operators that make sense for a field, the likeliest first; `null` only where a value may be missing. */
export function operatorsFor(field: Field): Operator[] {
  if (field.equal_only) return ['eq']
  const all = operators[field.kind] ?? (orderedKinds.has(field.kind) ? ordered : textual)
  return field.nullable === false || field.required ? all.filter((operator) => operator !== 'null') : all
}

/** `balance[lt]` → field and operator; a bare name means equality, which for a choice is "one of one". */
export function filtersOf(noun: Noun, query: Record<string, string>): Filter[] {
  const fields = new Map(filterFields(noun).map((field) => [field.name, field]))
  return Object.entries(query).flatMap(([key, value]): Filter[] => {
    const [, name = '', operator = 'eq'] = /^([a-z_0-9.]+)(?:\[([a-z]+)\])?$/.exec(key) ?? []
    const field = fields.get(name)
    if (!field || !isOperator(operator)) return []
    return [
      {
        field: name,
        operator: ['choice', 'choices'].includes(field.kind) && operator === 'eq' ? 'in' : operator,
        value,
      },
    ]
  })
}

function isOperator(text: string): text is Operator {
  return everyOperator.some((operator) => operator === text)
}

/** The key under which a filter stands in the address. */
export function keyOf(filter: Filter): string {
  const single = filter.operator === 'in' && !filter.value.includes(',')
  return filter.operator === 'eq' || single ? filter.field : `${filter.field}[${filter.operator}]`
}

/** The change to the address that puts `next` where `before` was; either may be missing. */
export function replaceFilter(
  before: Filter | undefined,
  next: Filter | undefined,
): Record<string, string | undefined> {
  return {
    ...(before ? { [keyOf(before)]: undefined, [`${before.field}[in]`]: undefined } : {}),
    ...(next ? { [keyOf(next)]: next.value } : {}),
  }
}

/** The part of the address that the API's list understands: the filters, `q` and `sort`. */
export function listQuery(noun: Noun, query: Record<string, string>): Record<string, string> {
  const own = filtersOf(noun, query).map((filter) => [keyOf(filter), filter.value])
  const rest = ['q', 'sort', 'filter'].flatMap((name) => (query[name] ? [[name, query[name]]] : []))
  return Object.fromEntries([...own, ...rest])
}
