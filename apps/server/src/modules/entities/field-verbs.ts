import { command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import type { Row } from '#kernel/resource.ts'
import { raw, sql } from '#kernel/sql.ts'
import { shapeOf } from '#kernel/shape.ts'
import { asResource, change, everyColumn } from '#kernel/store.ts'
import { asOwner, run } from './ddl.ts'
import { mostFields } from './declaration.ts'
import { inBin } from './commands.ts'
import { entities, entityFields, type Entity } from './entities.ts'
import { livingFields } from './living-fields.ts'
import { ownerColumn, searchStatements, type PlannedField } from './plan.ts'

export type EntityField = Row<typeof entityFields>

const kept_days = 30

/** Out of the API, screens and search at once; its column and values wait in the bin for 30 days. */
export const removeField = command(
  entities,
  'remove_field',
  {
    danger: true,
    answers: 'json',
    help: `Goes to the bin, from where it comes back with its values within ${kept_days} days.`,
    input: { name: { kind: 'text', max: 40 } },
    unless: inBin,
  },
  async (ctx, entity, { name }) => {
    const field = await fieldNamed(ctx, entity, name, 'living')
    if (entity.title_field === name)
      throw new Refused(
        409,
        'is_title',
        `${entity.label_plural} are called by this field. Choose another title field first.`,
      )
    const { column_name, table } = await placeOf(ctx, field)
    if ((await ownerColumn(ctx, table)) === column_name)
      throw new Refused(
        409,
        'is_owner',
        `${entity.label_plural} belong to partners by this field, so it cannot be removed.`,
      )
    const others = (await livingFields(ctx, entity.id)).filter((one) => one.id !== field.id)
    const make = async (owner: Ctx) => {
      if (!ctx.rehearsal)
        // What is required cannot be given any more.
        await run(owner, [
          `alter table ${table} alter column ${column_name} drop not null`,
          ...(field.searchable ? searchStatements(table, entity.name, others) : []),
        ])
      if (field.searchable && !ctx.rehearsal) await forgetWords(owner, entity.name, table, column_name)
      return change(owner, entityFields, field, { removed_at: ctx.now.toString() }, { action: 'removed' })
    }
    return told(ctx, entity, 'field_removed', ctx.rehearsal ? await make(ctx) : await asOwner(ctx, make))
  },
)

/** A document holds the words of all fields of its row, so they are written anew. */
async function forgetWords(owner: Ctx, noun: string, table: string, column: string): Promise<void> {
  await owner.db.run(
    sql`delete from search_terms where tenant_id = ${owner.tenant.id} and noun = ${noun} and field = ${column}`,
  )
  await owner.db.run(
    sql`delete from search_documents where tenant_id = ${owner.tenant.id} and noun = ${noun}`,
  )
  await owner.db.all(sql`select index_again(${table}::regclass, ${owner.tenant.id})`)
}

/** Back with its values; required again only where every row has one. */
export const restoreField = command(
  entities,
  'restore_field',
  { answers: 'json', input: { name: { kind: 'text', max: 40 } }, unless: inBin },
  async (ctx, entity, { name }) => {
    const others = await livingFields(ctx, entity.id)
    if (others.some((other) => other.name === name))
      throw new Refused(
        409,
        'already_exists',
        `The entity has another field “${name}” by now. Rename that one first.`,
      )
    if (others.length >= mostFields)
      throw new Refused(409, 'too_many_fields', `An entity has at most ${mostFields} fields.`)
    const field = await fieldNamed(ctx, entity, name, 'removed')
    const make = async (owner: Ctx) => {
      const { column_name, table } = await placeOf(owner, field)
      const { missing } = await owner.db.one(
        sql<{
          missing: boolean
        }>`select exists (select from ${raw(table)} where ${raw(column_name)} is null) as missing`,
      )
      const required = field.required && !missing
      if (!ctx.rehearsal) {
        const searched = [...others, { ...field, column_name } as unknown as PlannedField]
        await run(owner, [
          ...(required ? [`alter table ${table} alter column ${column_name} set not null`] : []),
          ...(field.searchable ? searchStatements(table, entity.name, searched) : []),
        ])
        if (field.searchable)
          await owner.db.all(sql`select index_again(${table}::regclass, ${owner.tenant.id})`)
      }
      return change(owner, entityFields, field, { removed_at: null, required }, { action: 'restored' })
    }
    return told(ctx, entity, 'field_restored', ctx.rehearsal ? await make(ctx) : await asOwner(ctx, make))
  },
)

/** Says it of the entity too, and answers the field. */
export async function told(ctx: Ctx, entity: Entity, action: string, field: EntityField) {
  await change(ctx, entities, entity, {}, { action, data: { field: field.name } })
  return shapeOf(ctx, asResource(entityFields)).present(field)
}

export async function fieldNamed(
  ctx: Ctx,
  entity: Entity,
  name: string,
  where: 'living' | 'removed',
): Promise<EntityField> {
  const found = await ctx.db.maybe(sql<EntityField>`
    select ${everyColumn(asResource(entityFields))}
    from entity_fields
    where entity_id = ${entity.id} and name = ${name} and removed_at is ${raw(where === 'living' ? 'null' : 'not null')}
    order by removed_at desc
    limit 1`)
  if (found) return found
  throw invalidField(
    'name',
    'no_such_field',
    where === 'living'
      ? `${entity.label_plural} have no field “${name}”.`
      : `There is no field “${name}” of ${entity.label_plural} in the bin.`,
  )
}

/** Drops what has been in the bin for longer than it can be brought back. */
export async function emptyBin(ctx: Ctx): Promise<void> {
  const before = ctx.now.subtract({ hours: 24 * kept_days })
  const { n } = await ctx.db.one(
    sql<{ n: bigint }>`select count(*) as n from entity_fields where removed_at < ${before}`,
  )
  if (n === 0n) return
  await asOwner(ctx, async (owner) => {
    const old = await owner.db.all(sql<{ id: string; column_name: string; table_name: string }>`
      delete from entity_fields f
      using entities e
      where f.tenant_id = ${owner.tenant.id} and f.removed_at < ${before}
        and e.tenant_id = f.tenant_id and e.id = f.entity_id
      returning f.id, f.column_name, e.table_name`)
    await run(
      owner,
      old.map((field) => `alter table dyn.${field.table_name} drop column if exists ${field.column_name}`),
    )
  })
}

/** The physical table and column of a field. */
export async function placeOf(
  ctx: Ctx,
  field: { id: string },
): Promise<{ column_name: string; table: string }> {
  const { column_name, table_name } = await ctx.db.one(
    sql<{ column_name: string; table_name: string }>`
      select f.column_name, e.table_name
      from entity_fields f
      join entities e on e.tenant_id = f.tenant_id and e.id = f.entity_id
      where f.tenant_id = ${ctx.tenant.id} and f.id = ${field.id}`,
  )
  return { column_name, table: `dyn.${table_name}` }
}
