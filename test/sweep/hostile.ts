import type { World } from './world.ts'

export type Schema = {
  type?: string | string[]
  format?: string
  pattern?: string
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  $ref?: string
  anyOf?: Schema[]
}

export const nowhere = '01900000-0000-7000-8000-000000000000'

/** What stands in a path where an id should. */
export const badIds = [
  nowhere,
  'x',
  '%00',
  '%ff',
  '%ED%A0%80',
  "'%20or%201=1--",
  '..%2f..%2fusers',
  '__proto__',
  'x'.repeat(5000),
  '%F0%9F%9A%80',
]

/** Bodies that no operation takes. */
export const badBodies: (string | Buffer)[] = [
  '[]',
  'null',
  '7',
  '"text"',
  '{',
  '{"dry_run":"yes"}',
  '{"dry_run":true,"no_such_field":1}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"toString":1,"hasOwnProperty":1}',
  `{"a":${'['.repeat(100_000)}`,
  `{"a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  '\u0000',
]

/** Values of every wrong type and of the right one gone wrong. JSON text, since some of it no value prints as. */
export const badValues = [
  'null',
  'true',
  '0',
  '-1',
  '-0',
  '1.5',
  '1e400',
  '-1e400',
  '9007199254740993',
  '""',
  '" "',
  '"x"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\u202e\\u200b"',
  '[]',
  '[null]',
  '[[[[]]]]',
  '["x","x"]',
  '[1e400]',
  '{}',
  '{"a":1}',
  '{"constructor":1}',
  '{"and":[{"or":[]}]}',
  `"${nowhere}"`,
  `["${nowhere}"]`,
  '"9999-99-99"',
  '"+275760-09-13"',
  '"-000001-01-01"',
  '"9999-12-31"',
  '"0001-01-01"',
  '"2027-01-15T25:00:00Z"',
  '"-0.00"',
  '"1e5"',
  '"1.005"',
  '"99999999999999999999999"',
  '"NaN"',
  '"Infinity"',
  '"255.255.255.256/33"',
  '"::/0"',
  '"P1Y2M10DT2H30M"',
  '"P99999999999999D"',
  '"javascript:alert(1)"',
  '"\'; drop table customers; --"',
  '"%s%n{{7*7}}${7*7}"',
  `"${'x'.repeat(70_000)}"`,
  `[${'1,'.repeat(5000)}1]`,
]

/** Queries that no operation takes, or that every list takes at its word. */
export const badQueries = [
  'no_such_parameter=1',
  '__proto__=1',
  'constructor[eq]=1',
  'limit=0',
  'limit=501',
  'limit=1e9',
  `cursor=${Buffer.from('["id",false,{},[]]').toString('base64url')}`,
  `cursor=${Buffer.from('["created_at",true,"x","\\ud800"]').toString('base64url')}`,
  'sort=-__proto__',
  'sort=,',
  'fields=,',
  'fields=constructor',
  'include=id',
  'count=maybe',
  'q=%00',
  'q=%25%5C_%27%22',
  'filter=%7B',
  'acting_partner=x',
  'group_by=__proto__',
  'limit=1&limit=2',
  '%',
  '=',
  '[]=1',
]

/** Texts of a query: after the name of a parameter and `=`. */
export const badTexts = [
  '',
  'x',
  '%00',
  '%ff',
  '%ED%A0%80',
  '-1',
  '1e400',
  '99999999999999999999999',
  'null',
  '1.005',
  '9999-99-99',
  '%7B%7D',
  `${'x'.repeat(3000)}`,
  nowhere,
  ',',
  'x,,x',
  "'%3B--",
]

/** Something plausible for each field that must be there, the sender's own rows where one is wanted. */
export function plausible(schema: Schema, own: World): Record<string, unknown> {
  return Object.fromEntries(
    (schema.required ?? []).map((name) => [name, valueFor(name, schema.properties?.[name] ?? {}, own)]),
  )
}

function valueFor(name: string, schema: Schema, own: World): unknown {
  const type = [schema.type ?? 'string'].flat()[0]
  if (schema.enum) return schema.enum[0]
  if (schema.format === 'uuid') return idFor(name, own)
  if (schema.format === 'date') return '2027-01-15'
  if (schema.format === 'date-time') return '2027-01-15T10:00:00Z'
  if (schema.format === 'email') return 'somebody@example.com'
  if (schema.pattern?.includes('\\d')) return '10.00'
  if (type === 'integer' || type === 'number') return 1
  if (type === 'boolean') return true
  if (type === 'array') return schema.items ? [valueFor(name, schema.items, own)] : []
  if (type === 'object') return plausible(schema, own)
  return name === 'noun' ? 'customer' : 'plausible'
}

/** The row that a field such as `customer_id`, `label_ids` or `row_id` may refer to. */
export function idFor(field: string, rows: World): string {
  const noun = field.replace(/_ids?$/, '')
  const plural = `${noun.replace(/y$/, 'ie')}s`
  return rows.get(plural) ?? rows.get(`${noun}es`) ?? rows.get('customers') ?? nowhere
}
