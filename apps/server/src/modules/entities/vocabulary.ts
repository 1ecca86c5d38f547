import type { Ctx } from '#kernel/ctx.ts'
import { reserved } from '#kernel/filters.ts'
import { Complaint, JsonValue, kinds } from '#kernel/kinds.ts'
import { invalid, invalidField, type FieldError } from '#kernel/refused.ts'
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

/** Judges one declared field by itself; what needs the database is asked elsewhere. Errors name the field's part: `values`. */
export function checkDeclared(ctx: Ctx, declared: Declared): void {
  mustBeName(declared.name)
  const errors: FieldError[] = []
  const complain = (field: string, code: string, detail: string) => errors.push({ field, code, detail })
  const { kind, values } = declared
  if (kind === 'choice') {
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
  if (declared.min != null && declared.max != null && declared.min > declared.max)
    complain('min', 'out_of_range', 'min must not be above max.')
  if (isText(kind) && declared.max != null && (declared.max < 1 || declared.max > 20_000))
    complain('max', 'out_of_range', 'max must be between 1 and 20,000 characters.')
  for (const use of ['filterable', 'sortable', 'unique'] as const) {
    if (declared[use] && !canIndex(declared))
      complain(
        use,
        'cannot_be_indexed',
        `A field of kind ${kind}${isText(kind) ? ` longer than ${longestIndexed} characters` : ''} cannot be ${use}.`,
      )
  }
  if (declared.searchable && !searchKind(kind))
    complain('searchable', 'cannot_be_searched', `A field of kind ${kind} cannot be searched.`)
  if (errors.length === 0 && declared.default !== null && declared.default !== undefined) {
    try {
      kinds[kind].decode(declared.default, fieldOf(declared), ctx.tenant)
    } catch (error) {
      if (!(error instanceof Complaint)) throw error
      complain('default', error.code, `The default ${error.message}.`)
    }
    if (kind === 'secret' || refers) complain('default', 'no_default', `A ${kind} has no default.`)
  }
  if (errors.length > 0) throw invalid(errors)
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
    }),
    ...(declared.required ? {} : { nullable: true }),
    ...(declared.immutable ? { immutable: true } : {}),
    ...(filter ? { filter } : {}),
    ...((declared.sortable ?? (filter && kind !== 'reference')) ? { sort: true } : {}),
    ...(declared.in_list === false ? {} : { list: true }),
  }
}

/** Whether a field of a built-in noun stands in a typed column beside `custom`. */
export const needsColumn = ({ kind, filterable, sortable, unique }: Declared): boolean =>
  filterable === true || sortable === true || unique === true || kind === 'reference'

/** Kinds of words that search splits a value into; see make_searchable. */
export const searchKind = (kind: FieldKind): 'words' | 'phone' | 'mac' | 'ip' | undefined =>
  kind === 'phone' || kind === 'mac' || kind === 'ip'
    ? kind
    : isText(kind) || kind === 'choice'
      ? 'words'
      : undefined

export const isText = (kind: FieldKind): boolean => ['text', 'long_text', 'email', 'url'].includes(kind)

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
