import type { Row } from '../../api.ts'
import { isRecord, type Field, type Kind } from '../../meta.ts'
import { complete, conditionsIn, type Group } from '../../resource/tree.ts'
import { kinds, nameFrom } from './fields.ts'

/** Kinds of a field on a built-in noun: those of an entity's, and what needs a row of ours around it. */
export const customKinds = [...kinds, 'user', 'files', 'auto_number', 'formula'] as const
export type CustomKind = (typeof customKinds)[number]

/** A custom field as its form holds it: what is empty says nothing. */
export type CustomField = {
  noun: string
  label: string
  name: string
  kind: CustomKind
  to: string
  choices: string
  min: string
  max: string
  scale: string
  pattern: string
  unit: string
  default: unknown
  required: boolean
  immutable: boolean
  in_list: boolean
  filterable: boolean
  sortable: boolean
  unique: boolean
  searchable: boolean
  validation: string
  validation_message: string
  formula: string
  visible_when: Group
  help: string
  group: string
  position: string
  portal: 'hidden' | 'visible' | 'editable'
  personal: boolean
}

const nothing: Group = { combinator: 'and', rules: [] }

export const blankCustomField: CustomField = {
  noun: 'customer',
  label: '',
  name: '',
  kind: 'text',
  to: 'customer',
  choices: '',
  min: '',
  max: '',
  scale: '',
  pattern: '',
  unit: '',
  default: '',
  required: false,
  immutable: false,
  in_list: true,
  filterable: false,
  sortable: false,
  unique: false,
  searchable: false,
  validation: '',
  validation_message: '',
  formula: '',
  visible_when: nothing,
  help: '',
  group: '',
  position: '',
  portal: 'hidden',
  personal: false,
}

/** A stored field, to be changed. */
export function customFieldOf(row: Row): CustomField {
  const text = (name: string) => (row[name] === null || row[name] === undefined ? '' : String(row[name]))
  const stored = row['visible_when']
  return {
    ...blankCustomField,
    ...Object.fromEntries(texts.map((name) => [name, text(name)])),
    ...Object.fromEntries(switches.map((name) => [name, row[name] === true])),
    noun: text('noun'),
    kind: customKinds.find((kind) => kind === row['kind']) ?? 'text',
    choices: Array.isArray(row['values']) ? row['values'].join('\n') : '',
    default: row['default'] ?? '',
    portal: portals.find((one) => one === row['portal']) ?? 'hidden',
    visible_when: isRecord(stored) && Array.isArray(stored['rules']) ? (stored as unknown as Group) : nothing, // The server keeps no other.
  }
}

const texts = [
  'label',
  'name',
  'to',
  'min',
  'max',
  'scale',
  'pattern',
  'unit',
  'validation',
  'validation_message',
  'formula',
  'help',
  'group',
  'position',
] as const
const switches = [
  'required',
  'immutable',
  'in_list',
  'filterable',
  'sortable',
  'unique',
  'searchable',
  'personal',
] as const
export const portals = ['hidden', 'visible', 'editable'] as const

export const isChoice = (kind: CustomKind) => kind === 'choice' || kind === 'choices'
export const isReference = (kind: CustomKind) => kind === 'reference' || kind === 'references'
export const isAutomatic = (kind: CustomKind) => kind === 'auto_number' || kind === 'formula'
export const isText = (kind: CustomKind) =>
  ['text', 'long_text', 'rich_text', 'email', 'phone', 'url'].includes(kind)
export const isNumber = (kind: CustomKind) =>
  ['integer', 'bigint', 'decimal', 'money', 'percent', 'bytes', 'kbps'].includes(kind)

/** One a line; what is written with capitals or spaces becomes a name, as the API has it. */
export const choicesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => (/^[a-z0-9_.-]+$/.test(line) ? line : nameFrom(line)))

/** As the API takes it: of a new field what was said, of a stored one also what was taken away. */
export function customFieldBody(field: CustomField, stored: boolean): Record<string, unknown> {
  const number = (text: string) => (text.trim() === '' ? null : Number(text))
  const said = (text: string) => (text.trim() === '' ? null : text.trim())
  const { kind } = field
  const tree = complete(field.visible_when)
  const body: Record<string, unknown> = {
    label: said(field.label),
    name: field.name,
    required: field.required && !isAutomatic(kind),
    immutable: field.immutable && !isAutomatic(kind),
    in_list: field.in_list,
    filterable: field.filterable,
    sortable: field.sortable,
    unique: field.unique,
    searchable: field.searchable,
    min: isText(kind) || isNumber(kind) ? number(field.min) : null,
    max: isText(kind) || isNumber(kind) || kind === 'rating' ? number(field.max) : null,
    pattern: isText(kind) || kind === 'auto_number' ? said(field.pattern) : null,
    unit: said(field.unit),
    default:
      field.default === '' || (Array.isArray(field.default) && field.default.length === 0)
        ? null
        : field.default,
    validation: isAutomatic(kind) ? null : said(field.validation),
    validation_message:
      isAutomatic(kind) || said(field.validation) === null ? null : said(field.validation_message),
    formula: kind === 'formula' ? said(field.formula) : null,
    visible_when: conditionsIn(tree) > 0 ? tree : null,
    help: said(field.help),
    group: said(field.group),
    position: number(field.position) ?? 0,
    portal: field.portal,
    personal: field.personal,
    ...(isChoice(kind) ? { values: choicesOf(field.choices) } : {}),
  }
  if (stored) return body
  return {
    ...Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)),
    noun: field.noun,
    kind,
    ...(isReference(kind) ? { to: field.to } : {}),
    ...(kind === 'decimal' && field.scale !== '' ? { scale: Number(field.scale) } : {}),
  }
}

/** What meta will say of it, for the preview of its input. */
export function previewOf(field: CustomField): Field {
  const max = field.max === '' ? undefined : Number(field.max)
  return {
    name: 'preview',
    label: field.label || field.name || '…',
    kind: field.kind as Kind,
    required: field.required,
    nullable: !field.required,
    ...(field.help ? { help: field.help } : {}),
    ...(field.unit ? { unit: field.unit } : {}),
    ...(field.kind === 'user' ? { to: 'user' } : isReference(field.kind) ? { to: field.to } : {}),
    ...(isChoice(field.kind)
      ? { values: choicesOf(field.choices).map((value) => ({ value, label: words(value) })) }
      : {}),
    ...(max !== undefined && Number.isFinite(max) ? { max } : {}),
  }
}

const words = (name: string): string => {
  const text = name.replaceAll('_', ' ')
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
