import { today, type Ctx } from './ctx.ts'
import { BadExpression, compileExpression, evaluate, type Expression } from './expressions.ts'
import { Complaint } from './kind.ts'
import { JsonValue, kinds } from './kinds.ts'
import { invalid, type FieldError } from './refused.ts'
import { columnOf, standardFields, words, type Field, type Fields, type Resource } from './resource.ts'
import { id, join, sql, type Sql } from './sql.ts'
import type { Access } from './permissions.ts'
import type { Tenant } from './tenants.ts'

/** How an actor sees a noun: the columns to select and the printer from a stored row to the API's. */
export type Shape = {
  /** Every field the actor may read, by name, standard ones included. */
  fields: ReadonlyMap<string, Field>
  select: Sql
  present(row: Record<string, unknown>): Record<string, unknown>
  /** The same, where there are formulas, which may ask what day it is. */
  presentAt?: (row: Record<string, unknown>, at: string) => Record<string, unknown>
}

const shapes = new WeakMap<Tenant, WeakMap<Access, Map<Resource, Shape>>>()

export function shapeOf(ctx: Ctx, noun: Resource): Shape {
  let byAccess = shapes.get(ctx.tenant)
  if (!byAccess) shapes.set(ctx.tenant, (byAccess = new WeakMap()))
  let byNoun = byAccess.get(ctx.access)
  if (!byNoun) byAccess.set(ctx.access, (byNoun = new Map()))
  let shape = byNoun.get(noun)
  if (!shape) byNoun.set(noun, (shape = makeShape(ctx, noun)))
  const { presentAt } = shape
  if (!presentAt) return shape
  const at = today(ctx).toString()
  return { ...shape, present: (row) => presentAt(row, at) }
}

export const allFields = (noun: Resource): Fields =>
  noun.log
    ? { id: standardFields.id, ...noun.fields }
    : {
        id: standardFields.id,
        version: standardFields.version,
        ...noun.fields,
        created_at: standardFields.created_at,
        updated_at: standardFields.updated_at,
      }

/**
 * The same with few of the fields, `besides` selected and not printed: a list of a few columns costs a third of one with all. Formulas
 * may ask for any field, and so may what a noun redacts; those are read whole, and of what is printed the wanted fields are taken.
 */
export function partOfShape(
  ctx: Ctx,
  noun: Resource,
  names: readonly string[],
  besides: string,
): Pick<Shape, 'select' | 'present'> {
  const whole = shapeOf(ctx, noun)
  if (noun.redact || (names.includes('custom') && whole.presentAt))
    return { select: whole.select, present: (row) => only(whole.present(row), names) }
  const { select, present } = makeShape(ctx, noun, new Set([...names, besides]))
  return { select, present: (row) => only(present(row), names) }
}

const only = (row: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, row[name]]))

/** `wanted`: of all fields. */
function makeShape(ctx: Ctx, noun: Resource, wanted?: ReadonlySet<string>): Shape {
  const hidden = ctx.access.hidden(noun.name)
  const declared = Object.entries(allFields(noun))
  const fields = new Map(declared.filter(([name]) => !hidden.has(name) && (wanted?.has(name) ?? true)))
  const redacted = declared.map(([name]) => name).filter((name) => hidden.has(name))
  const printers = [...fields].map(([name, field]) => [name, printer(ctx, field)] as const)
  const custom = noun.custom && !hidden.has('custom') && (wanted?.has('custom') ?? true)
  const customFields = custom ? Object.entries(visibleCustomFields(ctx, noun)) : []
  const formulas = customFields.flatMap(([name, { kind, formula }]) =>
    kind === 'formula' && formula ? [[name, formulaOf(formula)] as const] : [],
  )
  const columns = [...fields.keys()].map((name) => column(noun, name))
  if (custom) columns.push(id('custom'))
  return {
    fields,
    select: join(columns),
    present: (row) => present(row, ''),
    ...(formulas.length > 0 ? { presentAt: present } : {}),
  }
  function present(row: Record<string, unknown>, at: string): Record<string, unknown> {
    const printed: Record<string, unknown> = {}
    for (const [name, print] of printers) {
      const stored = row[name]
      printed[name] = stored === null || stored === undefined ? null : print ? print(stored) : stored
    }
    if (custom) {
      const values = (row.custom ?? {}) as Record<string, unknown>
      const shown: Record<string, unknown> = (printed.custom = {})
      for (const [name, field] of customFields) {
        const value = values[field.key ?? name] ?? null
        shown[name] = value !== null && field.kind === 'secret' ? 'set' : value
      }
    }
    if (redacted.length > 0) printed._redacted = redacted
    noun.redact?.(ctx, printed)
    // Computed of what this actor sees, so that nothing hidden shows through.
    for (const [name, formula] of formulas)
      (printed.custom as Record<string, unknown>)[name] =
        evaluate(formula, { row: printed, today: at }) ?? null
    return printed
  }
}

/** It was judged when it was declared; one that cannot be read any more comes to nothing. */
function formulaOf(text: string): Expression {
  try {
    return compileExpression(text, undefined)
  } catch (error) {
    if (!(error instanceof BadExpression)) throw error
    return () => null
  }
}

/** The administrator's fields on a built-in noun that this actor may read. A role hides one as `custom.{name}`, all as `custom`. */
export function visibleCustomFields(ctx: Ctx, noun: Resource): Fields {
  const hidden = ctx.access.hidden(noun.name)
  if (!noun.custom || hidden.has('custom')) return {}
  return Object.fromEntries(
    Object.entries(ctx.tenant.custom_fields.get(noun.name) ?? {}).filter(
      ([name]) => !hidden.has(`custom.${name}`),
    ),
  )
}

/** An audit row's changes without the fields a role hides, single custom fields included. */
export function withoutHidden(
  ctx: Ctx,
  noun: Resource,
  changes: Record<string, unknown>,
): Record<string, unknown> {
  const hidden = ctx.access.hidden(noun.name)
  const shown = Object.entries(changes).filter(([name]) => !hidden.has(name))
  if (!noun.custom) return Object.fromEntries(shown)
  const fields = Object.entries(ctx.tenant.custom_fields.get(noun.name) ?? {})
  const names = new Map(fields.map(([name, field]) => [field.key ?? name, name]))
  // What was recorded bears the key, whatever the field is called now.
  const seen = (value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .map(([key, one]): [string, unknown] => [names.get(key) ?? key, one])
            .filter(([name]) => !hidden.has(`custom.${name}`)),
        )
      : value
  return Object.fromEntries(
    shown.map(([name, pair]) => [name, name === 'custom' && Array.isArray(pair) ? pair.map(seen) : pair]),
  )
}

/** Prints one stored value as the API would; used for audit diffs too. */
export function printValue(ctx: Ctx, field: Field, stored: unknown): unknown {
  if (stored === null || stored === undefined) return null
  if (stored instanceof JsonValue) return stored.value
  const print = printer(ctx, field)
  return print ? print(stored) : stored
}

function printer(ctx: Ctx, field: Field): ((stored: unknown) => unknown) | undefined {
  const encode = kinds[field.kind].encode as
    | ((stored: unknown, field: Field, money: Tenant) => unknown)
    | undefined
  return encode && ((stored) => encode(stored, field, ctx.tenant))
}

export function column(noun: Resource, name: string): Sql {
  const physical = columnOf(noun, name)
  return physical === name ? id(name) : sql`${id(physical)} as ${id(name)}`
}

/**
 * A request's body → stored values. Every mistake is named at once: unknown, read-only and forbidden fields, wrong types,
 * missing ones. `update` leaves absent fields alone and refuses immutable ones.
 */
export function decodeBody(
  ctx: Ctx,
  fields: Fields,
  body: Record<string, unknown>,
  mode: 'create' | 'update' | 'input',
  readonly: ReadonlySet<string> = new Set(),
): Record<string, unknown> {
  const errors: FieldError[] = []
  const values: Record<string, unknown> = {}
  const complain = (name: string, code: string, sentence: string) =>
    errors.push({ field: name, code, detail: `${fields[name]?.label ?? words(name)} ${sentence}.` })
  for (const [name, value] of Object.entries(body)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field && mode !== 'input' && Object.hasOwn(standardFields, name))
      complain(name, 'read_only', 'is set by the system and cannot be written')
    else if (!field) complain(name, 'unknown_field', 'is not a field here')
    else if (field.readonly && mode !== 'input')
      complain(name, 'read_only', 'is set by the system and cannot be written')
    else if (readonly.has(name)) complain(name, 'forbidden_field', 'may not be changed by your role')
    else if (field.immutable && mode === 'update')
      complain(name, 'immutable', 'cannot be changed after creation')
    else if (value === null || value === '') {
      if (field.nullable || field.inherits) values[name] = null
      else complain(name, 'required', 'must not be empty')
    } else {
      try {
        values[name] = kinds[field.kind].decode(value, field, ctx.tenant)
      } catch (error) {
        if (!(error instanceof Complaint)) throw error
        complain(name, error.code, error.message)
      }
    }
  }
  if (mode !== 'update') {
    for (const [name, field] of Object.entries(fields)) {
      if (Object.hasOwn(body, name)) continue
      if (field.default !== undefined)
        values[name] = kinds[field.kind].decode(field.default, field, ctx.tenant)
      else if (!field.nullable && !field.inherits && !field.readonly)
        complain(name, 'required', 'is required')
    }
  }
  if (errors.length > 0) throw invalid(errors)
  return values
}
