/** Conditions of a list as the API takes them in `filter`: react-querybuilder's shape. */
export type Tree = Group | Rule
export type Group = { combinator: 'and' | 'or'; not?: boolean; rules: Tree[] }
export type Rule = { field: string; operator: string; value: unknown }

export const emptyTree: Group = { combinator: 'and', rules: [] }

export const isGroup = (tree: Tree): tree is Group => 'rules' in tree

/** The tree in an address; undefined where there is none that can be read. */
export function treeIn(text: string | undefined): Group | undefined {
  if (!text) return undefined
  try {
    const tree: unknown = JSON.parse(text)
    return isTree(tree) && isGroup(tree) ? tree : undefined
  } catch {
    return undefined
  }
}

function isTree(value: unknown, depth = 0): value is Tree {
  if (typeof value !== 'object' || value === null || depth > 8) return false
  if ('rules' in value)
    return Array.isArray(value.rules) && value.rules.every((one) => isTree(one, depth + 1))
  return 'field' in value && typeof value.field === 'string'
}

/** Conditions that say something, groups that hold any: what is sent. */
export function complete(tree: Group): Group {
  const rules = tree.rules.flatMap((one): Tree[] => {
    if (!isGroup(one)) return one.operator === 'null' || filled(one.value) ? [one] : []
    const inner = complete(one)
    return inner.rules.length > 0 ? [inner] : []
  })
  return { ...tree, rules }
}

const filled = (value: unknown) => value !== null && value !== undefined && value !== ''

export const conditionsIn = (tree: Tree): number =>
  isGroup(tree) ? tree.rules.reduce((sum, one) => sum + conditionsIn(one), 0) : 1

/** Whether a form's values meet the conditions, as the server judges them. */
export function matches(tree: Tree, values: Record<string, unknown>): boolean {
  if (!isGroup(tree)) return holds(values[tree.field], tree.operator, tree.value)
  const met =
    tree.combinator === 'or'
      ? tree.rules.some((one) => matches(one, values))
      : tree.rules.every((one) => matches(one, values))
  return tree.not ? !met : met
}

function holds(value: unknown, operator: string, wanted: unknown): boolean {
  const empty =
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  if (operator === 'null') return String(wanted) === 'false' ? !empty : empty
  if (empty) return false
  const list: unknown[] = Array.isArray(wanted) ? wanted : String(wanted).split(',')
  if (Array.isArray(value)) return holdsAmong(value, operator, wanted, list)
  const compared = order(value, wanted)
  switch (operator) {
    case '=':
    case 'eq':
      return compared === 0
    case '!=':
    case 'ne':
      return compared !== 0
    case '<':
    case 'lt':
      return compared < 0
    case '<=':
    case 'lte':
      return compared <= 0
    case '>':
    case 'gt':
      return compared > 0
    case '>=':
    case 'gte':
      return compared >= 0
    case 'in':
      return list.some((one) => order(value, one) === 0)
    case 'notIn':
    case 'nin':
      return !list.some((one) => order(value, one) === 0)
    case 'beginsWith':
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
    case '=':
    case 'eq':
    case 'contains':
      return has(wanted)
    case 'in':
    case 'anyOf':
      return list.some(has)
    case 'all':
    case 'allOf':
      return list.every(has)
    case '!=':
    case 'ne':
      return !has(wanted)
    case 'nin':
    case 'notIn':
    case 'doesNotContain':
      return !list.some(has)
    default:
      return false
  }
}

function order(a: unknown, b: unknown): number {
  const [x, y] = [Number(a), Number(b)]
  if (String(a).trim() !== '' && String(b).trim() !== '' && Number.isFinite(x) && Number.isFinite(y))
    return x - y
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}
