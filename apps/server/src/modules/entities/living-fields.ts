import type { Ctx } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import type { PlannedField } from './plan.ts'

/** Judges a change of a field's own row: a new name is a name, and free. The rows keep their column. */
export async function checkRenamed(
  ctx: Ctx,
  field: Record<string, unknown>,
  changes: Record<string, unknown>,
): Promise<void> {
  const { name } = changes
  if (typeof name !== 'string' || name === field.name) return
  const others = await livingFields(ctx, String(field.entity_id))
  if (others.some((other) => other.name === name))
    throw invalidField('name', 'already_exists', `This entity has a field “${name}” already.`)
  await ctx.db.run(sql`
    update entities set title_field = ${name} where id = ${field.entity_id} and title_field = ${field.name}`)
}

export const livingFields = (ctx: Ctx, entity_id: string): Promise<(PlannedField & { id: string })[]> =>
  ctx.db.all(sql<PlannedField & { id: string }>`
    select * from entity_fields
    where tenant_id = ${ctx.tenant.id} and entity_id = ${entity_id} and removed_at is null
    order by position`)
