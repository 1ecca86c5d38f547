import type { Tree } from './filter-tree.ts'

/**
 * Whether values, as the API prints them, meet a tree of conditions: the same answer as the list would give. `custom.colour` is looked
 * for under `custom`.
 */
export function matches(tree: Tree, values: Readonly<Record<string, unknown>>): boolean {
  if (!('rules' in tree)) return holds(valueAt(values, tree.field), tree.operator, tree.value)
  const met =
    tree.combinator === 'or'
      ? tree.rules.some((rule) => matches(rule, values))
      : tree.rules.every((rule) => matches(rule, values))
  return tree.not ? !met : met
}

function valueAt(values: Readonly<Record<string, unknown>>, name: string): unknown {
  if (!name.startsWith('custom.')) return values[name] ?? null
  const { custom } = values
  return typeof custom === 'object' && custom !== null
    ? ((custom as Record<string, unknown>)[name.slice('custom.'.length)] ?? null)
    : null
}

function holds(value: unknown, operator: string, wanted: unknown): boolean {
  const empty = value === null || value === '' || (Array.isArray(value) && value.length === 0)
  if (operator === 'null') return String(wanted) === 'false' ? !empty : empty
  if (empty) return false
  const list = Array.isArray(wanted) ? wanted : String(wanted).split(',')
  if (Array.isArray(value)) return holdsAmong(value, operator, wanted, list)
  switch (operator) {
    case 'eq':
      return order(value, wanted) === 0
    case 'ne':
      return order(value, wanted) !== 0
    case 'lt':
      return order(value, wanted) < 0
    case 'lte':
      return order(value, wanted) <= 0
    case 'gt':
      return order(value, wanted) > 0
    case 'gte':
      return order(value, wanted) >= 0
    case 'in':
      return list.some((one: unknown) => order(value, one) === 0)
    case 'nin':
      return !list.some((one: unknown) => order(value, one) === 0)
    case 'starts':
      return String(value).startsWith(String(wanted))
    case 'between':
      return order(value, list[0]) >= 0 && order(value, list[1]) <= 0
    default:
      return false
  }
}

/** A field of several values: what it contains, of which of some it has any, all or none. */
function holdsAmong(
  values: readonly unknown[],
  operator: string,
  wanted: unknown,
  list: readonly unknown[],
): boolean {
  const has = (one: unknown) => values.some((value) => String(value) === String(one))
  switch (operator) {
    case 'eq':
    case 'contains':
      return has(wanted)
    case 'in':
      return list.some(has)
    case 'all':
      return list.every(has)
    case 'ne':
      return !has(wanted)
    case 'nin':
      return !list.some(has)
    default:
      return false
  }
}

/** Numbers by size, also where they are printed as text; everything else as text. */
function order(a: unknown, b: unknown): number {
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== undefined && y !== undefined) return x - y
  const [left, right] = [String(a), String(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && /^-?\d{1,15}(\.\d+)?$/.test(value)
      ? Number(value)
      : undefined
