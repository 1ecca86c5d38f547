import type { Ctx } from '#kernel/ctx.ts'
import { reserved } from '#kernel/filters.ts'
import { BadExpression, compileExpression } from '#kernel/expressions.ts'
import { readTree } from '#kernel/filter-tree.ts'
import { Complaint } from '#kernel/kind.ts'
import { JsonValue, kinds } from '#kernel/kinds.ts'
import { manyKinds } from '#kernel/many-values.ts'
import { patternOf } from '#kernel/patterns.ts'
import { invalid, invalidField, Refused, type FieldError } from '#kernel/refused.ts'
import type { Field, FieldKind } from '#kernel/resource.ts'

/** A declared field as it is stored: what `fieldVocabulary` says, JSON values plain. */
export type Declared = {
  name: string
  label?: string | null
  help?: string | null
  group?: string | null
  unit?: string | null
  kind: FieldKind
  required: boolean
  immutable?: boolean
  values?: readonly string[] | null
  to?: string | null
  min?: number | null
  max?: number | null
  default?: unknown
  filterable?: boolean | null
  sortable?: boolean | null
  unique?: boolean
  searchable?: boolean
  in_list?: boolean
  pattern?: string | null
  scale?: number | null
  validation?: string | null
  validation_message?: string | null
  visible_when?: unknown
  formula?: string | null
  portal?: 'hidden' | 'visible' | 'editable' | null
  personal?: boolean | null
}

/** The noun's own columns, words of a query, keys of a body: a field of that name could not be reached. */
const taken = new Set([
  'id',
  'version',
  'created_at',
  'updated_at',
  'tenant_id',
  'partner_id',
  'custom',
  'dry_run',
  'constructor',
  'prototype',
  ...reserved,
])

/** A B-tree entry holds 2,700 bytes; 500 characters fit whatever their script. */
const longestIndexed = 500

export function mustBeName(name: string, field = 'name'): void {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(name))
    throw invalidField(
      field,
      'not_a_name',
      'A name has at most 40 small letters, digits and underscores, and begins with a letter.',
    )
  if (taken.has(name))
    throw invalidField(field, 'reserved', `The name “${name}” has a meaning of its own. Choose another.`)
}

/**
 * Judges one declared field by itself; what needs the database is asked elsewhere. Errors name the field's part: `values`. `beside`: it is
 * added to a built-in noun, where fields of several values can be filtered by.
 */
export function checkDeclared(ctx: Ctx, declared: Declared, { beside = false } = {}): void {
  mustBeName(declared.name)
  const errors: FieldError[] = []
  const complain = (field: string, code: string, detail: string) => errors.push({ field, code, detail })
  const { kind, values } = declared
  if (kind === 'choice' || kind === 'choices') {
    if (!isChoices(values))
      complain(
        'values',
        'not_choices',
        'A choice lists 1 to 100 different texts of at most 80 characters, without commas: ["new", "used"].',
      )
  } else if (values !== null && values !== undefined)
    complain('values', 'not_a_choice_field', 'Only a choice has values.')
  const refers = kind === 'reference' || kind === 'references'
  if (refers && !declared.to) complain('to', 'required', 'A reference says which noun it points to.')
  if (!refers && declared.to) complain('to', 'not_a_reference_field', 'Only a reference points to a noun.')
  checkRules(declared, complain)
  if (declared.min != null && declared.max != null && declared.min > declared.max)
    complain('min', 'out_of_range', 'min must not be above max.')
  if (isText(kind) && declared.max != null && (declared.max < 1 || declared.max > 20_000))
    complain('max', 'out_of_range', 'max must be between 1 and 20,000 characters.')
  for (const use of ['filterable', 'sortable', 'unique'] as const) {
    const many = use === 'filterable' && beside && manyKinds.has(kind)
    if (declared[use] && !canIndex(declared) && !many)
      complain(
        use,
        'cannot_be_indexed',
        `A field of kind ${kind}${isText(kind) ? ` longer than ${longestIndexed} characters` : ''} cannot be ${use}.`,
      )
  }
  if (kind === 'boolean' && declared.unique)
    complain('unique', 'cannot_be_unique', 'Yes and no would each be had by one row only.')
  if (declared.searchable && !searchKind(kind))
    complain('searchable', 'cannot_be_searched', `A field of kind ${kind} cannot be searched.`)
  if (errors.length === 0 && declared.default !== null && declared.default !== undefined) {
    try {
      kinds[kind].decode(declared.default, fieldOf(declared), ctx.tenant)
    } catch (error) {
      if (!(error instanceof Complaint)) throw error
      complain('default', error.code, `The default ${error.message}.`)
    }
    if (kind === 'secret' || refers || kind === 'user' || kind === 'files')
      complain('default', 'no_default', `A ${kind} has no default.`)
  }
  if (errors.length > 0) throw invalid(errors)
}

type Complain = (field: string, code: string, detail: string) => void

/** Patterns, expressions and conditions are judged when they are declared, so that a write never meets one that cannot be read. */
function checkRules(declared: Declared, complain: Complain): void {
  const { kind, pattern, scale, validation, formula } = declared
  const automatic = kind === 'auto_number' || kind === 'formula'
  if (automatic && (declared.required || declared.immutable))
    complain('required', 'given_by_the_system', `A field of kind ${kind} is filled by the system.`)
  if (pattern && kind === 'auto_number' && !/\{next(\|\d{1,2})?\}/.test(pattern))
    complain('pattern', 'not_a_pattern', 'An automatic number is printed by a pattern such as C-{next|5}.')
  else if (pattern && kind !== 'auto_number' && !hasPattern.has(kind))
    complain('pattern', 'not_a_text_field', `A field of kind ${kind} has no pattern.`)
  else if (pattern && kind !== 'auto_number' && !patternOf(pattern))
    complain(
      'pattern',
      'not_a_pattern',
      'This is not a regular expression that can be used, such as C-\\d{4}.',
    )
  if (scale != null && kind !== 'decimal')
    complain('scale', 'not_a_decimal_field', 'Only a decimal has digits after the point.')
  if (kind === 'rating' && declared.max != null && (declared.max < 1 || declared.max > 10))
    complain('max', 'out_of_range', 'The best rating is between 1 and 10.')
  if (validation && automatic) complain('validation', 'given_by_the_system', 'The system needs no rule.')
  else if (validation) checkExpression('validation', validation, kind, complain)
  if (!validation && declared.validation_message)
    complain('validation_message', 'no_rule', 'A message belongs to a rule.')
  if (kind === 'formula' && !formula) complain('formula', 'required', 'A formula says what is computed.')
  else if (kind !== 'formula' && formula)
    complain('formula', 'not_a_formula_field', 'Only a field of kind formula is computed.')
  else if (formula) checkExpression('formula', formula, undefined, complain)
  if (declared.visible_when == null) return
  try {
    readTree(declared.visible_when, 'visible_when')
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    for (const one of error.errors) complain(one.field, one.code, one.detail)
  }
}

const hasPattern = new Set<FieldKind>([
  'text',
  'long_text',
  'email',
  'phone',
  'url',
  'emails',
  'phones',
  'urls',
])

function checkExpression(
  part: 'validation' | 'formula',
  text: string,
  kind: FieldKind | undefined,
  complain: Complain,
): void {
  try {
    const { type } = compileExpression(text, kind)
    if (part === 'validation' && type !== 'bool' && type !== 'dyn')
      complain(part, 'not_a_condition', `A rule is true or false; this is ${type}.`)
    if (part === 'formula' && !['string', 'int', 'double', 'bool', 'dyn'].includes(type))
      complain(part, 'not_a_value', `A formula comes to a text, a number or true and false; this is ${type}.`)
  } catch (error) {
    if (!(error instanceof BadExpression)) throw error
    complain(part, 'bad_expression', `The expression cannot be used: ${error.message}.`)
  }
}

/** The declaration as the kernel takes it. */
export function fieldOf(declared: Declared): Field {
  const { kind } = declared
  const filter = declared.filterable ?? canIndex(declared)
  return {
    kind,
    ...present({
      label: declared.label,
      help: declared.help,
      group: declared.group,
      unit: declared.unit,
      values: declared.values,
      to: declared.to,
      min: declared.min,
      max: declared.max,
      default: declared.default,
      pattern: declared.pattern,
      scale: declared.scale,
      formula: declared.formula,
      visible_when: declared.visible_when,
      portal: declared.portal,
      personal: declared.personal,
      rule: declared.validation
        ? {
            expression: declared.validation,
            ...(declared.validation_message ? { message: declared.validation_message } : {}),
          }
        : undefined,
    }),
    ...(kind === 'user' ? { to: 'user' } : kind === 'files' ? { to: 'file' } : {}),
    ...(kind === 'auto_number' || kind === 'formula' ? { readonly: true } : {}),
    ...(declared.required ? {} : { nullable: true }),
    ...(declared.immutable ? { immutable: true } : {}),
    ...(filter ? { filter } : {}),
    ...((declared.sortable ?? (filter && kind !== 'reference')) ? { sort: true } : {}),
    ...(declared.in_list === false ? {} : { list: true }),
  }
}

/** Whether a field of a built-in noun stands in a typed column beside `custom`. */
export const needsColumn = ({ kind, filterable, sortable, unique }: Declared): boolean =>
  (filterable === true && !manyKinds.has(kind)) ||
  sortable === true ||
  unique === true ||
  kind === 'reference' ||
  kind === 'user'

/** Whether a field of a built-in noun stands in `custom_values`, a row for each of its values. */
export const needsValues = ({ kind, filterable }: Declared): boolean =>
  filterable === true && manyKinds.has(kind)

/** Kinds of words that search splits a value into; see make_searchable. */
export const searchKind = (kind: FieldKind): 'words' | 'phone' | 'mac' | 'ip' | undefined =>
  kind === 'phone' || kind === 'mac' || kind === 'ip'
    ? kind
    : isText(kind) || kind === 'choice' || kind === 'auto_number'
      ? 'words'
      : undefined

export const isText = (kind: FieldKind): boolean =>
  ['text', 'long_text', 'rich_text', 'email', 'url'].includes(kind)

/** Columns hand JSON as plain values, requests as `JsonValue`. */
export const plain = (value: unknown): unknown => (value instanceof JsonValue ? value.value : (value ?? null))

function canIndex({ kind, max }: Declared): boolean {
  if (kind === 'text') return (max ?? 200) <= longestIndexed
  return kinds[kind].compare !== 'none' && kind !== 'url'
}

function isChoices(values: unknown): values is string[] {
  const good = (value: unknown) =>
    typeof value === 'string' &&
    /^[^,\0]{1,80}$/.test(value) &&
    value.trim() === value &&
    value.isWellFormed()
  return (
    Array.isArray(values) &&
    values.length > 0 &&
    values.length <= 100 &&
    values.every(good) &&
    new Set(values).size === values.length
  )
}

/** Without what is null: an absent property and a null one mean the same here. */
const present = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
