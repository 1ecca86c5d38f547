import { actingPartnerOf } from './acting.ts'
import type { Ctx } from './ctx.ts'
import type { Verb } from './commands.ts'
import { readTree } from './filter-tree.ts'
import { currencyDigits } from './money.ts'
import { pathOf, words, type Field, type Fields, type Resource } from './resource.ts'
import { shapeOf, visibleCustomFields } from './shape.ts'

/** Everything a screen needs to know of every noun the actor may see. */
export function metaOf(ctx: Ctx) {
  return {
    tenant: {
      id: ctx.tenant.id,
      name: ctx.tenant.name,
      currency: ctx.tenant.currency,
      currency_digits: currencyDigits(ctx.tenant.currency),
      time_zone: ctx.tenant.time_zone,
      test_clock: ctx.tenant.test_clock,
      now: ctx.now.toString({ smallestUnit: 'millisecond' }),
    },
    actor: {
      ...ctx.actor,
      // Whose it is, and within which partner this request was made.
      partner_id: ctx.access.own_partner_id === undefined ? ctx.access.partner_id : ctx.access.own_partner_id,
      acting_partner_id: actingPartnerOf(ctx.access),
    },
    nouns: ctx.app.nouns
      .all(ctx)
      .filter((noun) => ctx.access.can(noun.name, 'list') || ctx.access.can(noun.name, 'get'))
      .map((noun) => nounMeta(ctx, noun)),
  }
}

function nounMeta(ctx: Ctx, noun: Resource) {
  const may = (action: string) => ctx.access.can(noun.name, action)
  const verbs = ctx.app.nouns.verbs(noun)
  const creates = verbs.find((verb) => verb.verb === 'create')
  return {
    name: noun.name,
    plural: noun.plural,
    path: pathOf(noun),
    label: noun.label,
    label_plural: noun.label_plural,
    module: ctx.app.modules.find((module) => module.nouns?.includes(noun))?.name ?? 'entities',
    custom: noun.entity,
    title_field: noun.title,
    default_sort: noun.sort,
    searchable: noun.search,
    help: noun.help ?? '',
    fields: [...shapeOf(ctx, noun).fields].map(([name, field]) =>
      fieldMeta(name, field, ctx.access.readonly(noun.name).has(name)),
    ),
    custom_fields: fieldsMeta(visibleCustomFields(ctx, noun)),
    takes_custom_fields: noun.custom,
    /** What the list can be asked beside its fields. */
    filters: Object.entries(noun.filters ?? {}).map(([name, { help }]) => ({ name, help })),
    create_fields: creates ? fieldsMeta(creates.input) : null,
    can: {
      list: noun.generic.includes('list') && may('list'),
      get: noun.generic.includes('get') && may('get'),
      create: (noun.generic.includes('create') || creates !== undefined) && may('create'),
      update: noun.generic.includes('update') && may('update'),
      delete: noun.generic.includes('delete') && may('delete'),
    },
    commands: verbs
      .filter((verb) => verb.verb !== 'create' && may(verb.verb))
      .map((verb) => verbMeta(noun, verb)),
  }
}

const verbMeta = (noun: Resource, verb: Verb) => ({
  verb: verb.verb,
  label: verb.label,
  on: verb.on,
  path: `${pathOf(noun)}${verb.on === 'row' ? '/{id}' : ''}/${verb.verb}`,
  fields: fieldsMeta(verb.input),
  danger: verb.danger,
  help: verb.help,
})

const fieldsMeta = (fields: Fields) =>
  Object.entries(fields).map(([name, field]) => fieldMeta(name, field, false))

/** The unit is shown with the value, `data_allowance_bytes` is “Data allowance”; and for a reference its row, `tax_id` is “Tax”. */
const withoutUnit = (name: string, { kind }: Field) =>
  kind === 'kbps' || kind === 'bytes'
    ? name.replace(/_(kbps|bytes)$/, '')
    : kind === 'text'
      ? name
      : name.replace(/_ids?$/, '')

function fieldMeta(name: string, field: Field, readonly: boolean) {
  return {
    name,
    label: field.label ?? words(withoutUnit(name, field)),
    kind: field.kind,
    required: !field.nullable && !field.inherits && !field.readonly && field.default === undefined,
    readonly: readonly || (field.readonly ?? false),
    immutable: field.immutable ?? false,
    nullable: field.nullable ?? field.inherits ?? false,
    ...(field.inherits ? { inherits: true } : {}),
    filterable: field.filter ?? false,
    sortable: field.sort ?? false,
    in_list: field.list ?? false,
    ...(field.values
      ? {
          values: field.values.map((value) => ({
            value,
            label: field.value_labels?.[value] ?? words(value),
          })),
        }
      : {}),
    ...(field.to ? { to: field.to } : {}),
    ...(field.max !== undefined ? { max: field.max } : {}),
    ...(field.min !== undefined ? { min: field.min } : {}),
    ...(field.unit ? { unit: field.unit } : {}),
    ...(field.help ? { help: field.help } : {}),
    ...(field.when ? { when: field.when } : {}),
    ...(field.group ? { group: field.group } : {}),
    ...(field.pattern ? { pattern: field.pattern } : {}),
    ...(field.scale !== undefined ? { scale: field.scale } : {}),
    ...(field.visible_when ? { visible_when: readTree(field.visible_when) } : {}),
    ...(field.formula ? { formula: field.formula } : {}),
    ...(field.portal ? { portal: field.portal } : {}),
    ...(field.default !== undefined ? { default: field.default } : {}),
  }
}
