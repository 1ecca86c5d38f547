import { today, type Ctx } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { sql } from '#kernel/sql.ts'

/** Every change of a tariff makes a version of it; one that was planned comes into force. */
export const keepVersions = inside(
  'catalog.keep_versions',
  ['tariff.created', 'tariff.updated', 'tariff.price_changed'],
  async (ctx, event) => {
    const { tariff_version_id, reason } = event.data
    if (typeof tariff_version_id === 'string') {
      await comeIntoForce(ctx, tariff_version_id)
      return
    }
    await ctx.db.run(sql`
      insert into tariff_versions (tenant_id, tariff_id, number, status, effective_new, terms, reason, actor, created_at, updated_at)
      select t.tenant_id, t.id, ${numberOf(event.row_id)}, 'in_force', ${today(ctx)}::date, tariff_terms(t), ${typeof reason === 'string' ? reason : null}, ${JSON.stringify(event.actor)}::jsonb, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
      from tariffs t
      where t.id = ${event.row_id}`)
  },
)

/** The tariff is locked by whoever changes it, so two versions never take one number. */
const numberOf = (tariff_id: string) =>
  sql`(select coalesce(max(number), 0) + 1 from tariff_versions where tariff_id = ${tariff_id})`

const comeIntoForce = (ctx: Ctx, version_id: string) =>
  ctx.db.run(sql`
    update tariff_versions v
    set status = 'in_force', terms = tariff_terms(t), version = v.version + 1, updated_at = ${ctx.now},
      number = (select coalesce(max(o.number), 0) + 1 from tariff_versions o where o.tenant_id = v.tenant_id and o.tariff_id = v.tariff_id)
    from tariffs t
    where v.id = ${version_id} and t.tenant_id = v.tenant_id and t.id = v.tariff_id`)
