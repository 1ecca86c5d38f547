import { command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { JsonValue, kinds } from '#kernel/kinds.ts'
import { manyKinds } from '#kernel/many-values.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import type { FieldKind } from '#kernel/resource.ts'
import { printValue } from '#kernel/shape.ts'
import { raw, sql } from '#kernel/sql.ts'
import { change } from '#kernel/store.ts'
import { asText, canBecome, converted, mostValues, shownMisfits } from './convert.ts'
import { asOwner, run } from './ddl.ts'
import { inBin } from './commands.ts'
import { entities, entityFields, fieldVocabulary, type Entity } from './entities.ts'
import { fieldNamed, placeOf, told, type EntityField } from './field-verbs.ts'
import { livingFields } from './living-fields.ts'
import { opaqueName } from './names.ts'
import { ownerColumn, planField, type PlannedField } from './plan.ts'
import { planOf } from './planning.ts'
import { checkDeclared, fieldOf, plain, type Declared } from './vocabulary.ts'

/**
 * Another kind for a field that has values. Each different value is read in the new kind: what does not fit is shown and stops it,
 * unless it may be dropped. Then a column of the new kind is added, filled, checked and put in the old one's place, all or nothing;
 * readers wait for the last part only. A dry run shows what would not fit.
 */
export const retypeField = command(
  entities,
  'retype_field',
  {
    answers: 'json',
    help: 'Values are read in the new kind. What does not fit is shown first.',
    input: {
      name: { kind: 'text', max: 40 },
      kind: fieldVocabulary.kind,
      values: { kind: 'json', nullable: true, help: 'For a choice: ["new", "used"]' },
      min: { kind: 'integer', nullable: true },
      max: { kind: 'integer', nullable: true },
      scale: { kind: 'integer', min: 0, max: 6, nullable: true },
      drop_misfits: { kind: 'boolean', default: false, help: 'Values that do not fit become empty' },
    },
    unless: inBin,
  },
  async (ctx, entity, input) => {
    const field = await fieldNamed(ctx, entity, input.name, 'living')
    const kind = input.kind as FieldKind
    if (!canBecome(field.kind as FieldKind, kind))
      throw invalidField('kind', 'cannot_become', `A field of kind ${field.kind} cannot become ${kind}.`)
    const declared = declaredAnew(
      field as unknown as Declared,
      { ...input, values: plain(input.values) },
      kind,
    )
    checkDeclared(ctx, declared)
    if (ctx.rehearsal) {
      const fit = await fitting(ctx, field, declared)
      const planned = await change(ctx, entityFields, field, metadata(declared), { action: 'retyped' })
      return { ...(await told(ctx, entity, 'field_retyped', planned)), ...summaryOf(fit) }
    }
    // Read by the owner only: who has read a table keeps others from changing it until the end of the transaction.
    const { changed, fit } = await asOwner(ctx, (owner) =>
      switchColumn(owner, entity, field, declared, input.drop_misfits === true),
    )
    return { ...(await told(ctx, entity, 'field_retyped', changed)), ...summaryOf(fit) }
  },
)

/** As it was declared, in its new kind; what the kind has no use for is left out. */
export function declaredAnew(
  field: Declared,
  input: Record<string, unknown>,
  kind: FieldKind,
  { beside = false } = {},
): Declared {
  const canBe = kinds[kind].compare !== 'none' && kind !== 'url'
  return {
    ...field,
    kind,
    values: (input.values as string[] | null) ?? null,
    min: (input.min as number | null) ?? null,
    max: (input.max as number | null) ?? null,
    scale: (input.scale as number | null) ?? null,
    pattern: null,
    to: null,
    default: null,
    filterable: field.filterable === true && (canBe || (beside && manyKinds.has(kind))),
    sortable: field.sortable === true && canBe,
    unique: field.unique === true && canBe && kind !== 'boolean',
    searchable:
      field.searchable === true &&
      ['text', 'long_text', 'email', 'url', 'phone', 'mac', 'ip', 'choice'].includes(kind),
  }
}

export const summaryOf = (fit: { values_read: number; misfits: unknown[]; rows: number }) => ({
  values_read: fit.values_read,
  misfits: fit.misfits,
  misfit_rows: fit.rows,
})

type Fit = { values: Map<string, string>; values_read: number; misfits: unknown[]; rows: number }

/** Each different stored value, as text, and what it becomes, as text. */
async function fitting(ctx: Ctx, field: EntityField, declared: Declared): Promise<Fit> {
  const { column_name, table } = await placeOf(ctx, field)
  const old = await ctx.db.all(sql<{ stored: unknown; text: string; n: bigint }>`
    select min(${raw(column_name)}::text) as text, count(*) as n, (array_agg(${raw(column_name)}))[1] as stored
    from ${raw(table)}
    where ${raw(column_name)} is not null
    group by ${raw(column_name)}
    limit ${mostValues + 1}`)
  if (old.length > mostValues)
    throw new Refused(
      409,
      'too_many_values',
      `A field with more than ${mostValues} different values is not retyped.`,
    )
  const before = fieldOf({
    ...(field as unknown as Declared),
    values: plain(field.values) as string[] | null,
  })
  const after = fieldOf(declared)
  const fit: Fit = { values: new Map(), values_read: old.length, misfits: [], rows: 0 }
  for (const { stored, text, n } of old) {
    const printed = printValue(ctx, before, stored)
    const value = converted(printed, after, ctx.tenant)
    if (value !== undefined) fit.values.set(text, asText(value))
    else {
      if (fit.misfits.length < shownMisfits) fit.misfits.push(printed)
      fit.rows += Number(n)
    }
  }
  return fit
}

export function mustFit(
  field: { required: boolean },
  fit: { misfits: unknown[]; rows: number },
  drop: boolean,
): void {
  if (fit.rows === 0) return
  if (field.required && drop)
    throw invalidField(
      'drop_misfits',
      'required',
      `${fit.rows} rows would have no value, but the field is required. Change them first.`,
    )
  if (drop) return
  throw new Refused(
    409,
    'does_not_fit',
    `${fit.rows} rows have values that do not fit, such as ${JSON.stringify(fit.misfits[0]).slice(0, 100)}. Change them, or send {"drop_misfits": true} to empty them.`,
  )
}

async function switchColumn(
  owner: Ctx,
  entity: Entity,
  field: EntityField,
  declared: Declared,
  drop: boolean,
): Promise<{ changed: EntityField; fit: Fit }> {
  const { column_name: old, table } = await placeOf(owner, field)
  if ((await ownerColumn(owner, table)) === old)
    throw new Refused(409, 'is_owner', 'Rows belong to partners by this field, so it keeps its kind.')
  // Nobody may write a value that was not looked at.
  await run(owner, [`lock table ${table} in share row exclusive mode`])
  const fit = await fitting(owner, field, declared)
  mustFit(field, fit, drop)
  const others = (await livingFields(owner, field.entity_id)).filter((one) => one.id !== field.id)
  const added: PlannedField = { ...declared, required: false, column_name: opaqueName('f') }
  const plan = await planOf(
    owner,
    { table_name: table.slice('dyn.'.length), name: entity.name },
    [...others, added],
    false,
  )
  const [addColumn = '', ...constraints] = planField(plan, added)
  const type = kinds[declared.kind].column
  await run(owner, [addColumn])
  await owner.db.run(sql`
    update ${raw(table)} t
    set ${raw(added.column_name)} = m.next::${raw(type)}
    from unnest(${[...fit.values.keys()]}::text[], ${[...fit.values.values()]}::text[]) as m(old, next)
    where t.tenant_id = ${owner.tenant.id} and t.${raw(old)}::text = m.old`)
  await run(owner, [
    ...constraints,
    ...(field.required ? [`alter table ${table} alter column ${added.column_name} set not null`] : []),
    `alter table ${table} drop column ${old}`,
  ])
  const changed = await change(owner, entityFields, field, metadata(declared), {
    action: 'retyped',
    columns: { column_name: added.column_name },
  })
  return { changed, fit }
}

/** What becomes of a field's declaration, of an entity's or of a built-in noun's. */
export const metadata = (declared: Declared): Parameters<typeof change<typeof entityFields.fields>>[3] => ({
  kind: declared.kind as EntityField['kind'],
  values: declared.values ? new JsonValue(declared.values) : null,
  min: declared.min ?? null,
  max: declared.max ?? null,
  scale: declared.scale ?? null,
  pattern: null,
  default: null,
  filterable: declared.filterable === true,
  sortable: declared.sortable === true,
  unique: declared.unique === true,
  searchable: declared.searchable === true,
})
