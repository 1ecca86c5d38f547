import type { App } from '#kernel/app.ts'
import { act, systemPrincipal, today, type Ctx } from '#kernel/ctx.ts'
import { poolDb } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import { fillDesks } from './desk.ts'
import { addOwnFields, buyVehicles, declareVehicles } from './own-nouns.ts'
import { usePast } from './past-usage.ts'
import { liveThrough, type World } from './history.ts'
import { at, moment } from './past.ts'
import { foundProvider } from './provider.ts'
import { seededRandom } from './random.ts'
import { hireStaff } from './staff.ts'
import { inventSubscribers } from './subscribers.ts'

export { demoNas } from './nas.ts'

/** Customers came on board in the weeks before the first day that is told in full. */
const weeks_before = 3

/**
 * Fills a new tenant with a living, invented ISP: a year of customers, bills and payments, acted out day by day by the same functions
 * that serve a real one. The same people and fates every time, up to the tenant's present.
 */
export async function seedDemo(
  app: App,
  tenant_id: string,
  progress: (sentence: string) => void,
): Promise<void> {
  const work = <T>(part: (ctx: Ctx) => Promise<T>): Promise<T> =>
    act(app, systemPrincipal(app, tenant_id), {}, part)
  // Opened before the first transaction, so that each secret does not fetch it again.
  await app.secrets.dataKey(tenant_id)

  progress('Demo ISP: tariffs, routers, address networks, staff.')
  const present = await work(async (ctx) => today(ctx))
  const first_day = present.subtract({ months: 12 }).with({ day: 1 })
  const days = first_day.until(present).days
  // Before the first customer.
  const founded = first_day.subtract({ days: 7 * weeks_before + 10 })
  const { provider, staff } = await work((ctx) =>
    at(ctx, moment(ctx, founded, 9), async (then) => ({
      provider: await foundProvider(then),
      staff: await hireStaff(then),
    })),
  )
  await work(declareVehicles)
  await work(addOwnFields)
  await work((ctx) => buyVehicles(ctx, present))
  const world: World = {
    provider,
    staff,
    accounts: inventSubscribers(days).map((subscriber) => ({ subscriber, service_ids: [] })),
    first_day,
    payments: new Map(),
    random: seededRandom(7),
  }

  for (const [n, month] of monthsOf(first_day, days).entries()) {
    if (month.title) progress(`Demo ISP: ${month.title}.`)
    await work(async (ctx) => {
      for (let day = month.from; day <= month.to; day++) await liveThrough(ctx, world, day)
    })
    // Plans made for empty tables are bad for full ones, and nobody has had the time to gather statistics.
    if (n < 3) await poolDb(app.migratorPool).run(sql`analyze`)
  }
  await work((ctx) => fillDesks(ctx, world))
  progress('Demo ISP: traffic of the last 60 days.')
  await work(usePast)
  await poolDb(app.migratorPool).run(sql`analyze`)
}

/** A month is one transaction; every fourth is worth a line of progress. */
function monthsOf(
  first_day: Temporal.PlainDate,
  days: number,
): { from: number; to: number; title: string | undefined }[] {
  const months = [{ from: -7 * weeks_before, to: -1, title: 'the first customers' as string | undefined }]
  for (let from = 0; from <= days; from = months.at(-1)!.to + 1) {
    const date = first_day.add({ days: from })
    const to = Math.min(from + date.daysInMonth - 1, days)
    const name = date.toLocaleString('en', { month: 'long', year: 'numeric' })
    months.push({ from, to, title: months.length % 4 === 1 ? `bills and payments from ${name}` : undefined })
  }
  return months
}
