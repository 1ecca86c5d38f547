import { collectionCommand, command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { words } from '#kernel/resource.ts'
import { shapeOf } from '#kernel/shape.ts'
import { id, sql } from '#kernel/sql.ts'
import { asResource, change, insert } from '#kernel/store.ts'
import { asOwner, run } from './ddl.ts'
import { declaredFields, mostFields, mustBeFree, titleOf } from './declaration.ts'
import { entities, entityFields, fieldVocabulary, type Entity } from './entities.ts'
import { opaqueName, pluralOf } from './names.ts'
import { planField, planTable, type PlannedField } from './plan.ts'
import { planOf } from './planning.ts'
import { checkDeclared, fieldOf, mustBeName, plain, type Declared } from './vocabulary.ts'

/** A noun, its table and its fields; served at once, by every process. A dry run answers the statements without running them. */
export const createEntity = collectionCommand(
  entities,
  'create',
  {
    label: 'Add entity',
    help: 'A noun of your own: list, filters, permissions, history, API and screens come with it.',
    answers: 'json',
    input: {
      name: { kind: 'text', max: 40, help: 'tower: small letters, digits, underscores' },
      label: { kind: 'text', max: 80, nullable: true },
      plural: { kind: 'text', max: 42, nullable: true },
      label_plural: { kind: 'text', max: 80, nullable: true },
      title_field: {
        kind: 'text',
        max: 40,
        nullable: true,
        help: 'The field by which a row is called; the first text when left out',
      },
      fields: {
        kind: 'json',
        help: '[{"name": "height_m", "label": "Height", "kind": "integer", "unit": "m"}]',
      },
    },
  },
  async (ctx, input) => {
    const plural = input.plural ?? pluralOf(input.name)
    mustBeName(input.name)
    const declared = declaredFields(ctx, plain(input.fields))
    const title_field = titleOf(declared, input.title_field ?? undefined)
    const entity_id = newId()
    const make = async (owner: Ctx) => {
      await mustBeFree(owner, input.name, plural)
      const fields = declared.map((field) => ({ ...field, column_name: opaqueName('f') }))
      const plan = await planOf(owner, { table_name: opaqueName('e'), name: input.name }, fields)
      const statements = planTable(plan)
      if (!ctx.rehearsal) await run(owner, statements)
      const entity = await insert(
        owner,
        entities,
        {
          id: entity_id,
          name: input.name,
          plural,
          label: input.label ?? words(input.name),
          label_plural: input.label_plural ?? words(plural),
          title_field,
          scope: plan.owner ? 'partner' : 'tenant',
        } as Parameters<typeof insert<typeof entities.fields>>[2],
        {
          columns: { table_name: plan.table.slice('dyn.'.length) },
          data: { fields: declared.map((field) => field.name) },
        },
      )
      const rows = []
      for (const [position, field] of fields.entries())
        rows.push(await insertField(owner, entity.id, position, field))
      return answerOf(ctx, entity, rows, statements)
    }
    return ctx.rehearsal ? make(ctx) : asOwner(ctx, make)
  },
)

/** One more column. On a table with rows a required field needs a default, which they all get. */
export const addField = command(
  entities,
  'add_field',
  { label: 'Add field', answers: 'json', input: fieldVocabulary, unless: inBin },
  async (ctx, entity, input) => {
    const declared = { ...input, values: plain(input.values), default: plain(input.default) } as Declared
    checkDeclared(ctx, declared)
    const make = async (owner: Ctx) => {
      const known = await fieldsOf(owner, entity.id)
      if (known.length >= mostFields)
        throw new Refused(409, 'too_many_fields', `An entity has at most ${mostFields} fields.`)
      if (known.some((field) => field.name === declared.name))
        throw invalidField('name', 'already_exists', `This entity has a field “${declared.name}” already.`)
      const { table_name } = await owner.db.one(
        sql<{ table_name: string }>`select table_name from entities where id = ${entity.id}`,
      )
      const field = { ...declared, column_name: opaqueName('f') }
      const plan = await planOf(owner, { table_name, name: entity.name }, [...known, field], false)
      const filled = await owner.db.maybe(sql`select 1 from ${id(plan.table)} limit 1`)
      if (filled && field.required)
        throw invalidField(
          'required',
          'rows_exist',
          'There are rows already, and they have no value for it. Add the field without “required”.',
        )
      const statements = planField(plan, field)
      if (!ctx.rehearsal) await run(owner, statements)
      return { row: await insertField(owner, entity.id, known.length, field), statements }
    }
    const { row, statements } = ctx.rehearsal ? await make(ctx) : await asOwner(ctx, make)
    const changed = await change(
      ctx,
      entities,
      entity,
      {},
      { action: 'field_added', data: { field: declared.name } },
    )
    return answerOf(ctx, changed, [row], statements)
  },
)

/** Into the bin: its API, screens and search are gone, its rows are kept until it is brought back. */
export const removeEntity = command(
  entities,
  'remove',
  {
    danger: true,
    help: 'Goes to the bin. If it has rows, say how many.',
    input: { rows: { kind: 'integer', min: 0, nullable: true, help: 'The number of rows that go with it' } },
    unless: inBin,
  },
  async (ctx, entity, { rows }) => {
    const { table_name } = await ctx.db.one(
      sql<{ table_name: string }>`select table_name from entities where id = ${entity.id}`,
    )
    const { n } = await ctx.db.one(sql<{ n: bigint }>`select count(*) as n from ${id(`dyn.${table_name}`)}`)
    if (Number(n) !== (rows ?? 0))
      throw new Refused(
        409,
        'has_rows',
        `${entity.label_plural} has ${n} rows. To remove it with them, send {"rows": ${n}}.`,
      )
    const user = await ctx.db.maybe(sql<{ label: string }>`
      select e.label
      from entity_fields f
      join entities e on e.tenant_id = f.tenant_id and e.id = f.entity_id
      where f."to" = ${entity.name} and f.removed_at is null and e.status = 'active' and e.id <> ${entity.id}
      limit 1`)
    if (user)
      throw new Refused(
        409,
        'still_used',
        `${user.label} has a field that points here. Remove that entity first.`,
      )
    return change(
      ctx,
      entities,
      entity,
      { status: 'in_bin' },
      { action: 'removed', data: { rows: Number(n) } },
    )
  },
)

export const restoreEntity = command(
  entities,
  'restore',
  { unless: (entity) => (entity.status === 'in_bin' ? null : 'This entity is not in the bin.') },
  async (ctx, entity) => {
    await mustBeFree(ctx, entity.name, entity.plural)
    return change(ctx, entities, entity, { status: 'active' }, { action: 'restored' })
  },
)

export function inBin(entity: Entity): string | null {
  return entity.status === 'in_bin' ? 'This entity is in the bin. Bring it back first.' : null
}

export async function fieldsOf(ctx: Ctx, entity_id: string): Promise<PlannedField[]> {
  return ctx.db.all(
    sql<PlannedField>`select * from entity_fields where entity_id = ${entity_id} and removed_at is null order by position`,
  )
}

async function insertField(ctx: Ctx, entity_id: string, position: number, field: PlannedField) {
  const { column_name, ...declared } = field
  const { filter = false, sort = false } = fieldOf(field)
  return insert(
    ctx,
    entityFields,
    {
      ...declared,
      entity_id,
      position,
      filterable: filter,
      sortable: sort,
      immutable: field.immutable ?? false,
      unique: field.unique ?? false,
      searchable: field.searchable ?? false,
      in_list: field.in_list ?? true,
      values: field.values ? new JsonValue(field.values) : null,
      default: field.default === null || field.default === undefined ? null : new JsonValue(field.default),
    } as Parameters<typeof insert<typeof entityFields.fields>>[2],
    { columns: { column_name } },
  )
}

function answerOf(
  ctx: Ctx,
  entity: Entity,
  fields: readonly Record<string, unknown>[],
  statements: readonly string[],
) {
  const shape = shapeOf(ctx, asResource(entityFields))
  return {
    ...shapeOf(ctx, asResource(entities)).present(entity),
    path: `/api/v1/x/${entity.name}`,
    fields: fields.map((field) => shape.present(field)),
    ...(ctx.rehearsal ? { statements } : {}),
  }
}
