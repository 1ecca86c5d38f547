import { today, type Ctx } from '#kernel/ctx.ts'
import { job } from '#kernel/jobs.ts'
import { sql } from '#kernel/sql.ts'
import { followPlan } from './follow.ts'
import type { Service } from './services.ts'

const servicesAtOnce = 100
const servicesANight = 200_000

/** Every midnight: services whose planned change has come. */
export async function startFollowing(ctx: Ctx): Promise<void> {
  const due = await ctx.db.all(sql<{ service_id: string }>`
    select distinct service_id
    from service_changes
    where status = 'planned' and date <= ${today(ctx)}
    order by service_id
    limit ${servicesANight}`)
  const ids = due.map(({ service_id }) => service_id)
  for (let n = 0; n < ids.length; n += servicesAtOnce)
    followPlans.later(ctx, { service_ids: ids.slice(n, n + servicesAtOnce) })
}

/** A service that cannot follow (its days cannot be priced, say) must not hold up the others; the job is repeated for it. */
export const followPlans = job<{ service_ids: string[] }>(
  'services.follow_plans',
  { max_attempts: 12 },
  async (work) => {
    const { service_ids } = work.payload
    try {
      await work.act((ctx) => followAll(ctx, service_ids))
    } catch (together) {
      if (service_ids.length === 1) throw together
      let failure: unknown
      for (const service_id of service_ids) {
        try {
          await work.act((ctx) => followAll(ctx, [service_id]))
        } catch (error) {
          work.app.log.error({ err: error, service_id }, 'a planned change could not be carried out')
          failure = error
        }
      }
      if (failure) throw failure
    }
  },
)

async function followAll(ctx: Ctx, service_ids: readonly string[]): Promise<void> {
  const services = await ctx.db.all(sql<Service>`
    select * from services where id = any(${service_ids}::uuid[]) order by id for no key update`)
  for (const service of services) await followPlan(ctx, service)
}
