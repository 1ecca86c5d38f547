import type { Ctx } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import type { Resource } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { entities } from './entities.ts'
import type { PlannedField, PlannedTable, Target } from './plan.ts'

/** What a plan needs to know of the database: the tables that references point to, and whose partner a row follows. */
export async function planOf(
  ctx: Ctx,
  entity: { table_name: string; name: string },
  fields: readonly PlannedField[],
  fresh = true,
): Promise<PlannedTable> {
  const table = `dyn.${entity.table_name}`
  const targets = new Map<string, Target>()
  for (const [place, field] of fields.entries()) {
    if (!field.to || targets.has(field.to)) continue
    const own = field.to === entity.name
    const noun = own ? ({ ...asResource(entities), table } as Resource) : await nounNamed(ctx, field.to)
    const keys = own ? ['id,tenant_id'] : noun ? await uniqueKeys(ctx, noun.table) : []
    if (!noun || !keys.includes('id,tenant_id'))
      throw invalidField(
        fresh ? `fields.${place}.to` : 'to',
        'no_such_noun',
        `There is no noun “${field.to}” to point to.`,
      )
    targets.set(field.to, { noun, bears_partner: keys.includes('id,partner_id,tenant_id') })
  }
  const owner = fresh
    ? fields.find(
        (field) => field.kind === 'reference' && field.required && targets.get(field.to ?? '')?.bears_partner,
      )
    : undefined
  return { tenant_id: ctx.tenant.id, table, noun: entity.name, fields, targets, owner }
}

/** As the database has it now: the cache of this process may be a moment behind. */
async function nounNamed(ctx: Ctx, name: string): Promise<Resource | undefined> {
  const builtIn = ctx.app.nouns.builtIn.find((noun) => noun.name === name)
  if (builtIn) return builtIn
  const entity = await ctx.db.maybe(
    sql<{
      table_name: string
    }>`select table_name from entities where tenant_id = ${ctx.tenant.id} and name = ${name} and status = 'active'`,
  )
  return entity && { ...asResource(entities), name, table: `dyn.${entity.table_name}` }
}

/** The columns of a table's unique keys, each in alphabetical order. */
async function uniqueKeys(ctx: Ctx, table: string): Promise<string[]> {
  const keys = await ctx.db.all(sql<{ columns: string }>`
    select (
      select string_agg(a.attname, ',' order by a.attname)
      from pg_attribute a
      where a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    ) as columns
    from pg_index i
    where i.indrelid = to_regclass(${table}) and i.indisunique and i.indpred is null`)
  return keys.map((key) => key.columns)
}
