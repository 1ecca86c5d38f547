import { kinds } from '#kernel/kinds.ts'
import { invalidField } from '#kernel/refused.ts'
import { resource, type FieldKind, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { checkRenamed } from './living-fields.ts'
import { mustBeName } from './vocabulary.ts'
import { checkCustomField, forgetCustomField } from './custom-fields.ts'

/** A noun that an administrator declares. Its rows are served at /api/v1/x/{name}. */
export const entities = resource('entity', {
  plural: 'entities',
  sort: '-created_at',
  title: 'label',
  scope: 'whole',
  generic: ['list', 'get', 'update'],
  fields: {
    name: { kind: 'text', max: 40, immutable: true, filter: true, list: true },
    plural: { kind: 'text', max: 42, immutable: true, filter: true },
    label: { kind: 'text', max: 80, list: true },
    label_plural: { kind: 'text', max: 80, list: true },
    title_field: { kind: 'text', max: 40, help: 'The field by which a row is called' },
    scope: {
      kind: 'choice',
      values: ['tenant', 'partner'],
      readonly: true,
      help: 'partner: rows belong to a customer or service, and partners see their own',
    },
    status: { kind: 'choice', values: ['active', 'in_bin'], readonly: true, default: 'active', list: true },
  },
  before: {
    async update(ctx, entity, changes) {
      if (typeof changes.title_field !== 'string') return
      const known = await ctx.db.maybe(sql`
        select 1 from entity_fields where entity_id = ${entity.id} and name = ${changes.title_field}`)
      if (!known)
        throw invalidField(
          'title_field',
          'no_such_field',
          `This entity has no field “${changes.title_field}”.`,
        )
    },
  },
})
export type Entity = Row<typeof entities>

/** Kinds in the vocabulary's own order. */
export const everyKind = Object.keys(kinds) as FieldKind[]

/** Kinds that only a field of a built-in noun may have: an entity has references and its own numbers for them. */
const addedOnly: readonly FieldKind[] = ['formula', 'auto_number', 'user', 'files']

/** What is said of a field when it is declared; `POST /entities` takes a list of these, `add_field` one. */
export const fieldVocabulary = {
  name: { kind: 'text', max: 40, immutable: true },
  label: { kind: 'text', max: 80, nullable: true },
  help: { kind: 'text', max: 500, nullable: true },
  group: { kind: 'text', max: 60, nullable: true },
  unit: { kind: 'text', max: 20, nullable: true },
  kind: { kind: 'choice', values: everyKind.filter((kind) => !addedOnly.includes(kind)), immutable: true },
  required: { kind: 'boolean', default: false, immutable: true },
  immutable: { kind: 'boolean', default: false, help: 'Set at creation, then fixed' },
  values: { kind: 'json', nullable: true, immutable: true, help: 'For a choice: ["new", "used"]' },
  to: {
    kind: 'text',
    max: 40,
    nullable: true,
    immutable: true,
    help: 'For a reference: the noun it points to',
  },
  min: { kind: 'integer', nullable: true, immutable: true },
  max: {
    kind: 'integer',
    nullable: true,
    immutable: true,
    help: 'Longest text in characters, or largest number',
  },
  default: { kind: 'json', nullable: true, immutable: true },
  filterable: { kind: 'boolean', nullable: true, immutable: true },
  sortable: { kind: 'boolean', nullable: true, immutable: true },
  unique: { kind: 'boolean', default: false, immutable: true },
  searchable: { kind: 'boolean', default: false, immutable: true },
  in_list: { kind: 'boolean', default: true },
  pattern: {
    kind: 'text',
    max: 200,
    nullable: true,
    help: 'A regular expression that the whole text matches, such as C-\\d{4}',
  },
  scale: {
    kind: 'integer',
    min: 0,
    max: 6,
    nullable: true,
    immutable: true,
    help: 'Digits after the point of a decimal',
  },
  portal: {
    kind: 'choice',
    values: ['hidden', 'visible', 'editable'],
    default: 'hidden',
    help: 'In the customers’ portal',
  },
  personal: { kind: 'boolean', nullable: true, help: 'Says something of a person; erased with them' },
} as const

export const entityFields = resource('entity_field', {
  scope: 'whole',
  generic: ['list', 'get', 'update'],
  fields: {
    entity_id: { kind: 'reference', to: 'entity', immutable: true, filter: true, list: true },
    position: { kind: 'integer', min: 0 },
    ...fieldVocabulary,
    name: { ...fieldVocabulary.name, immutable: false },
    removed_at: { kind: 'datetime', nullable: true, readonly: true, help: 'In the bin since' },
    // Asked for or left to the kind when a field is made; a stored field has an answer.
    filterable: { kind: 'boolean', immutable: true },
    sortable: { kind: 'boolean', immutable: true },
  },
  before: {
    async update(ctx, field, changes) {
      if (typeof changes.name === 'string') mustBeName(changes.name)
      await checkRenamed(ctx, field, changes)
    },
  },
})

/** Kinds that a field added to a built-in noun may have; its values are JSON in the row's `custom`. */
export const customKinds = everyKind

const { name, label, help, group, unit, values, to, min, max, pattern, scale, portal, personal } =
  fieldVocabulary

/** A field added to a built-in noun; its values are in the row's `custom`. */
export const customFields = resource('custom_field', {
  scope: 'whole',
  sort: 'position',
  fields: {
    noun: { kind: 'text', max: 40, immutable: true, filter: true, list: true, help: 'customer' },
    name: { ...name, immutable: false, list: true, help: 'Small letters, digits, underscores' },
    label: { ...label, list: true },
    help,
    group,
    unit,
    kind: { kind: 'choice', values: customKinds, immutable: true, list: true },
    required: { kind: 'boolean', default: false, help: 'Asked for when a row is created' },
    immutable: { kind: 'boolean', default: false, help: 'Set at creation, then fixed' },
    values: { ...values, immutable: false },
    to,
    min: { ...min, immutable: false },
    max: { ...max, immutable: false },
    default: { kind: 'json', nullable: true },
    position: {
      kind: 'integer',
      min: 0,
      max: 10_000,
      default: 0,
      sort: true,
      help: 'Fields are shown in this order',
    },
    in_list: { kind: 'boolean', default: true, help: 'Among the columns a list shows at first' },
    filterable: { kind: 'boolean', default: false, list: true, help: 'Lists can be filtered by it' },
    sortable: { kind: 'boolean', default: false, help: 'Lists can be sorted by it' },
    unique: { kind: 'boolean', default: false, list: true, help: 'No two rows have the same value' },
    searchable: { kind: 'boolean', default: false, list: true, help: 'Found by the search' },
    pattern,
    scale,
    validation: {
      kind: 'long_text',
      max: 1000,
      nullable: true,
      help: 'A rule in CEL that must hold: value >= 10 && row.category == "company"',
    },
    validation_message: {
      kind: 'text',
      max: 300,
      nullable: true,
      help: 'What to say when the rule does not hold',
    },
    visible_when: {
      kind: 'json',
      nullable: true,
      help: 'Conditions under which it is shown and asked for, as a filter tree: {"combinator": "and", "rules": [{"field": "category", "operator": "=", "value": "company"}]}',
    },
    formula: {
      kind: 'long_text',
      max: 1000,
      nullable: true,
      help: 'For a formula: what is computed, in CEL, whenever a row is shown: row.custom.height * row.custom.width',
    },
    portal,
    personal,
    index_status: {
      kind: 'choice',
      values: ['none', 'indexing', 'ready'],
      default: 'none',
      readonly: true,
      list: true,
      help: 'indexing: rows that exist are being copied; lists cannot be filtered by it until that is done',
    },
    index_done: { kind: 'integer', default: 0, readonly: true, help: 'Rows copied so far' },
    index_total: { kind: 'integer', nullable: true, readonly: true, help: 'Rows to copy' },
    index_note: { kind: 'text', max: 500, nullable: true, readonly: true, help: 'What came of it' },
  },
  before: {
    create: (ctx, row) => checkCustomField(ctx, row, undefined),
    update: (ctx, row, changes) => checkCustomField(ctx, changes, row),
    delete: (ctx, row) => forgetCustomField(ctx, row),
  },
})
