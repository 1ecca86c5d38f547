import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { advance, asTenant, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/**
 * Whatever is done with accounts, in whatever order (placed below one another, taken out, merged, merges undone, services moved and
 * stopped, bills run on any day), each day of each service is charged once, and the books agree.
 */
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

const accounts = 4
const account = fc.nat({ max: accounts - 1 })
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('bill' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('place' as const), one: account, other: account }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take_out' as const), one: account }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), one: account, other: account }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const), one: account, other: account }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo' as const), one: account }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stop' as const), one: account }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resume' as const), one: account }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type World = { admin: Client; customers: string[]; services: string[]; today: string }

test('no day is lost and none is charged twice', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 22 }), async (steps) => {
      const world = await newWorld()
      for (const one of steps) await take(world, one)
      await take(world, { kind: 'wait', days: 35 })
      await settle(world)
      expect(await daysAmiss(world)).toEqual([])
      expect(await ledgerDifference(isp, world.admin)).toBe('0.00')
    }),
    {
      numRuns: Number(process.env.ACCOUNT_RUNS ?? 3),
      ...(process.env.SEED ? { seed: Number(process.env.SEED) } : {}),
    },
  )
})

async function newWorld(): Promise<World> {
  const admin = await newTenant(isp, { at: '2027-01-29T08:00:00Z' })
  const tariff = await newTariff(admin, '31.00')
  const made = []
  for (let n = 0; n < accounts; n++)
    made.push(
      await newInternetCustomer(admin, tariff, { billing_day: [1, 10, 20, 31][n], auto_block: false }),
    )
  return {
    admin,
    customers: made.map(({ customer_id }) => customer_id),
    services: made.map(({ service_id }) => service_id),
    today: '2027-01-29',
  }
}

/** What is refused is refused; it must only never break anything. */
async function take(world: World, step: Step): Promise<void> {
  const { admin, customers, services } = world
  const attempt = async (path: string, body: object) => {
    const { status } = await admin.call('POST', path, body)
    expect([200, 409, 422]).toContain(status)
  }
  switch (step.kind) {
    case 'wait':
      await advance(isp, admin.tenant_id, `${step.days}d`)
      world.today = Temporal.PlainDate.from(world.today).add({ days: step.days }).toString()
      return
    case 'bill':
      return settle(world)
    case 'place':
      return attempt(`/customers/${customers[step.one]}/set_parent`, {
        parent_id: customers[step.other],
        mode: 'aggregated',
      })
    case 'take_out':
      return attempt(`/customers/${customers[step.one]}/leave_parent`, {})
    case 'move':
      return attempt(`/services/${services[step.one]}/move`, { customer_id: customers[step.other] })
    case 'merge':
      return attempt(`/customers/${customers[step.one]}/merge`, { from_customer_id: customers[step.other] })
    case 'undo':
      return attempt(`/customers/${customers[step.one]}/undo_merge`, {})
    case 'stop':
    case 'resume':
      return attempt(`/services/${services[step.one]}/${step.kind}`, {})
  }
}

/** Bills whoever is due, and everybody pays, so that accounts can be placed below others. */
async function settle({ admin, today }: World): Promise<void> {
  await runBilling(isp, admin, today)
  const { data } = await admin.get('/customers?balance[lt]=0')
  for (const { id, balance } of data)
    await admin.post('/payments', { customer_id: id, amount: balance.slice(1) })
}

/** Days of services up to today that were active and not charged, or charged and not active. */
const daysAmiss = ({ admin, today }: World) =>
  asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.all(sql`
      with days as (
        select s.id, d.day::date as day,
          exists (select from service_periods p where p.service_id = s.id and p.during @> d.day::date and p.status = 'active') as active,
          (select count(*) from charges c where c.service_id = s.id and c.during @> d.day::date)::integer as charged
        from services s
        cross join generate_series('2027-01-01'::date, ${today}::date, '1 day') as d(day)
      )
      select id, day, active, charged from days where active::integer <> charged order by id, day limit 10`),
  )
