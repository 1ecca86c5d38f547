import { today, type Ctx } from './ctx.ts'
import { BadExpression, compileExpression, evaluate, type Expression } from './expressions.ts'
import { matches } from './filter-match.ts'
import { readTree } from './filter-tree.ts'
import { JsonValue } from './kinds.ts'
import { takeNumbers } from './numbers.ts'
import { invalid, invalidField, Refused, type FieldError } from './refused.ts'
import { words, type Field, type Fields, type Resource } from './resource.ts'
import { decodeBody, printValue } from './shape.ts'

/** Values of an administrator's fields, from a request to what is stored under `custom`: as the API prints them, by each field's key. */
export const customFieldsOf = (ctx: Ctx, noun: Resource): Fields =>
  noun.custom ? (ctx.tenant.custom_fields.get(noun.name) ?? {}) : {}

/** A secret on its way to be sealed; it must never be printed. */
class PlainSecret {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  reveal(): string {
    return this.#text
  }
  toJSON(): never {
    throw new Error('A secret was to be stored without being sealed.')
  }
}

/** The `custom` of a request, judged; errors are named `custom.contract`. `seen` judges what it refers to. */
export async function decodeCustom(
  ctx: Ctx,
  noun: Resource,
  body: unknown,
  mode: 'create' | 'update',
  readonly: ReadonlySet<string>,
  seen: (fields: Fields, values: Record<string, unknown>) => Promise<void>,
): Promise<JsonValue | undefined> {
  const fields = customFieldsOf(ctx, noun)
  if (body === undefined && mode === 'update') return undefined
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body)))
    throw invalidField(
      'custom',
      'not_an_object',
      'Custom fields are an object: {"custom": {"contract": "C-42"}}.',
    )
  const denied = new Set(
    [...readonly].filter((name) => name.startsWith('custom.')).map((name) => name.slice(7)),
  )
  // Whether a field is required that is asked for under conditions, is seen when the whole row is known.
  const judged =
    mode === 'create'
      ? Object.fromEntries(
          Object.entries(fields).map(([name, field]) => [
            name,
            field.visible_when ? { ...field, nullable: true } : field,
          ]),
        )
      : fields
  const values = await within('custom', async () => {
    const decoded = decodeBody(ctx, judged, (body ?? {}) as Record<string, unknown>, mode, denied)
    await seen(fields, decoded)
    return decoded
  })
  return new JsonValue(
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const field = fields[name]!
        const secret = field.kind === 'secret' && typeof value === 'string'
        return [field.key ?? name, secret ? new PlainSecret(value) : printValue(ctx, field, value)]
      }),
    ),
  )
}

/**
 * What is left to do before rows are written, now that they are known as a whole: rules and conditions are judged, numbers given,
 * secrets sealed. `before` is null for a new row. Changes `custom` of the rows in place.
 */
export async function settleCustom(
  ctx: Ctx,
  noun: Resource,
  rows: readonly { row: Record<string, unknown>; before: Record<string, unknown> | null }[],
): Promise<void> {
  const fields = Object.entries(customFieldsOf(ctx, noun))
  const written = rows.filter(({ row, before }) => row.custom instanceof JsonValue || !before)
  if (fields.length === 0 || written.length === 0) return
  const judged = fields.filter(([, field]) => field.rule || field.visible_when)
  if (judged.length > 0) for (const { row, before } of written) judge(ctx, noun, judged, row, before)
  const fresh = written.filter(({ before }) => !before)
  for (const [, field] of fields) {
    if (field.kind !== 'auto_number' || fresh.length === 0) continue
    const numbers = await takeNumbers(ctx, seriesOf(noun.name, field.key!), fresh.length)
    fresh.forEach(({ row }, n) => (valuesOf(row)[field.key!] = numbers[n]))
  }
  for (const { row } of written) {
    const values = valuesOf(row)
    for (const [key, value] of Object.entries(values))
      if (value instanceof PlainSecret)
        values[key] = (
          await ctx.app.secrets.seal(
            ctx.tenant.id,
            { table: noun.table, column: `custom.${key}`, row_id: String(row.id) },
            value.reveal(),
            ctx.db,
          )
        ).toString('base64')
  }
}

/** The number series of an automatic number. */
export const seriesOf = (noun: string, key: string): string => `custom.${noun}.${key}`

/** `custom` as audit rows keep it, by key, secrets not told. */
export function tellCustom(ctx: Ctx, noun: Resource, stored: unknown): unknown {
  const values = stored instanceof JsonValue ? stored.value : stored
  if (typeof values !== 'object' || values === null) return values ?? null
  const secrets = new Set(
    Object.entries(customFieldsOf(ctx, noun)).flatMap(([name, field]) =>
      field.kind === 'secret' ? [field.key ?? name] : [],
    ),
  )
  if (secrets.size === 0) return values
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, secrets.has(key) && value !== null ? 'set' : value]),
  )
}

function valuesOf(row: Record<string, unknown>): Record<string, unknown> {
  if (!(row.custom instanceof JsonValue)) row.custom = new JsonValue({})
  return (row.custom as JsonValue).value as Record<string, unknown>
}

function judge(
  ctx: Ctx,
  noun: Resource,
  judged: readonly (readonly [string, Field])[],
  row: Record<string, unknown>,
  before: Record<string, unknown> | null,
): void {
  const values = valuesOf(row)
  const old = (before?.custom ?? {}) as Record<string, unknown>
  const scope = { row: printedRow(ctx, noun, { ...before, ...row }, values), today: today(ctx).toString() }
  const errors: FieldError[] = []
  const complain = (name: string, code: string, detail: string) =>
    errors.push({ field: `custom.${name}`, code, detail })
  for (const [name, field] of judged) {
    const key = field.key ?? name
    const value = values[key] ?? null
    const shown = !field.visible_when || matches(readTree(field.visible_when), scope.row)
    const label = field.label ?? words(name)
    if (value === null) {
      if (shown && !before && !field.nullable && field.visible_when)
        complain(name, 'required', `${label} is required.`)
      continue
    }
    if (!field.rule || JSON.stringify(value) === JSON.stringify(old[key])) continue
    const expression = usable(field.rule.expression, field)
    if (expression && evaluate(expression, { ...scope, value }) !== true)
      complain(name, 'rule', field.rule.message ?? `${label} does not meet its rule.`)
  }
  if (errors.length > 0) throw invalid(errors)
}

/** A rule was judged when it was declared; one that cannot be read any more stops nobody. */
function usable(text: string, field: Field): Expression | undefined {
  try {
    return compileExpression(text, field.kind)
  } catch (error) {
    if (error instanceof BadExpression) return undefined
    throw error
  }
}

function printedRow(
  ctx: Ctx,
  noun: Resource,
  row: Record<string, unknown>,
  custom: Record<string, unknown>,
): Record<string, unknown> {
  const own = Object.entries(noun.fields).map(([name, field]) => [
    name,
    field.kind === 'secret' ? null : printValue(ctx, field, row[name]),
  ])
  const added = Object.entries(customFieldsOf(ctx, noun)).map(([name, field]) => [
    name,
    field.kind === 'secret' ? null : (custom[field.key ?? name] ?? null),
  ])
  return { ...Object.fromEntries(own), custom: Object.fromEntries(added) }
}

/** Errors of a part name it: `custom.contract`. */
async function within<T>(part: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refused) || error.errors.length === 0) throw error
    throw invalid(error.errors.map((one) => ({ ...one, field: `${part}.${one.field}` })))
  }
}
