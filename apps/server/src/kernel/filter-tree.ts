import { invalidField } from './refused.ts'

/**
 * `filter={"combinator":"or","rules":[{"field":"city","operator":"=","value":"Gdańsk"},{"combinator":"and","not":true,"rules":[…]}]}`:
 * the conditions of a list as a tree, in react-querybuilder's shape. Fields, operators and values are those of the list's own query.
 */
export type Tree = Group | Rule
export type Group = { combinator: 'and' | 'or'; not: boolean; rules: Tree[] }
export type Rule = { field: string; operator: string; value: unknown }

const deepest = 8
const mostRules = 100
const longest = 20_000

/** Names that react-querybuilder gives to operators, in the list's own grammar. */
const spoken: Record<string, string> = {
  '=': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
  notIn: 'nin',
  beginsWith: 'starts',
  anyOf: 'in',
  allOf: 'all',
  doesNotContain: 'nin',
}

/** Reads and judges a tree; what is wrong is named by its place: `filter.rules.2.operator`. Fields are judged by the list. */
export function readTree(given: unknown, at = 'filter'): Group {
  let tree = given
  if (typeof given === 'string') {
    if (given.length > longest) throw refuse(at, 'too_long', `A filter has at most ${longest} characters.`)
    try {
      tree = JSON.parse(given)
    } catch {
      throw refuse(at, 'not_json', 'The filter is not JSON.')
    }
  }
  const count = { rules: 0 }
  const group = node(tree, at, 1, count)
  if (!('rules' in group)) return { combinator: 'and', not: false, rules: [group] }
  return group
}

function node(given: unknown, at: string, depth: number, count: { rules: number }): Tree {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw refuse(at, 'not_a_filter', 'A filter is {"combinator": "and", "rules": […]}.')
  if (++count.rules > mostRules)
    throw refuse(at, 'too_many_rules', `A filter has at most ${mostRules} conditions and groups.`)
  return 'rules' in given || 'combinator' in given
    ? group(given as Record<string, unknown>, at, depth, count)
    : rule(given as Record<string, unknown>, at)
}

function group(given: Record<string, unknown>, at: string, depth: number, count: { rules: number }): Group {
  if (depth > deepest) throw refuse(at, 'too_deep', `Groups of a filter stand at most ${deepest} deep.`)
  const { combinator = 'and', not = false, rules, id: _, ...others } = given
  strange(others, at)
  if (combinator !== 'and' && combinator !== 'or')
    throw refuse(`${at}.combinator`, 'not_a_choice', 'The combinator is "and" or "or".')
  if (typeof not !== 'boolean') throw refuse(`${at}.not`, 'not_a_boolean', '“not” must be true or false.')
  if (!Array.isArray(rules)) throw refuse(`${at}.rules`, 'required', 'A group lists its rules.')
  return {
    combinator,
    not,
    rules: rules.map((one: unknown, place) => node(one, `${at}.rules.${place}`, depth + 1, count)),
  }
}

function rule(given: Record<string, unknown>, at: string): Rule {
  const { field, operator = 'eq', value = null, id: _, valueSource = 'value', ...others } = given
  strange(others, at)
  if (typeof field !== 'string' || !/^(custom\.)?[a-z][a-z0-9_]*$/.test(field))
    throw refuse(`${at}.field`, 'unknown_filter', 'Each condition names a field: {"field": "city", …}.')
  if (valueSource !== 'value')
    throw refuse(`${at}.valueSource`, 'not_a_choice', 'A field is compared with a value.')
  if (typeof operator !== 'string')
    throw refuse(`${at}.operator`, 'unknown_operator', 'The operator is text, such as "=".')
  if (operator === 'notNull') return { field, operator: 'null', value: 'false' }
  if (operator === 'null') return { field, operator, value: String(value) === 'false' ? 'false' : 'true' }
  return { field, operator: Object.hasOwn(spoken, operator) ? spoken[operator]! : operator, value }
}

function strange(others: Record<string, unknown>, at: string): void {
  const [name] = Object.keys(others)
  if (name !== undefined) throw refuse(`${at}.${name}`, 'unknown_field', `“${name}” is no part of a filter.`)
}

const refuse = (at: string, code: string, sentence: string) => invalidField(at, code, sentence)
