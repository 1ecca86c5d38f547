import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { examine } from '#modules/doctor/index.ts'
import { asTenant, clientWithRole, newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/** Each check is quiet where all is well, and speaks where something was broken on purpose. */
let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
  const tariff = await newTariff(admin, '30.00')
  for (let n = 0; n < 3; n++) await newInternetCustomer(admin, tariff)
  await runBilling(isp, admin, '2027-01-01')
  await settled(isp, admin.tenant_id)
})
afterAll(() => isp?.stop())

type Finding = { check: string; status: string; sentence: string; advice?: string }
const found = async (check: string): Promise<Finding[]> =>
  (await admin.get('/doctor')).checks.filter((one: Finding) => one.check === check)
const broken = (query: string) => isp.app.migratorPool.query(query)

test('a healthy installation has no problem, and each check says how it is', async () => {
  const { checks } = await admin.get('/doctor')
  expect(checks.filter((one: Finding) => one.status === 'problem')).toEqual([])
  expect([...new Set(checks.map((one: Finding) => one.check))]).toEqual([
    'database',
    'migrations',
    'row_level_security',
    'roles',
    'clock',
    'jobs',
    'outbox',
    'radius',
    'erasures',
    'disk',
    'backup',
    'ledger',
    'invoice_numbers',
    'charges',
    'secrets',
    'settings',
  ])
  for (const one of checks) expect(one.advice === undefined, one.check).toBe(one.status === 'ok')
  expect((await found('ledger'))[0]!.sentence).toBe('The books balance over 3 entries.')
})

test('only those who look after the ISP are told', async () => {
  expect((await (await clientWithRole(isp, admin.tenant_id, 'support')).call('GET', '/doctor')).status).toBe(
    403,
  )
  const partner = await admin.post('/partners', { name: 'South' })
  const theirs = await clientWithRole(isp, admin.tenant_id, 'admin', partner.id)
  expect((await theirs.call('GET', '/doctor')).status).toBe(403)
})

const cases: [name: string, check: string, breaks: string, mends: string, says: RegExp][] = [
  [
    'books that do not balance',
    'ledger',
    `update customers set balance = balance + 1 where number = '10001'`,
    `update customers set balance = balance - 1 where number = '10001'`,
    /differ by 0\.01 EUR/,
  ],
  [
    'a missing invoice number',
    'invoice_numbers',
    `update invoices set number = '2027-000009' where number = '2027-000003'`,
    `update invoices set number = '2027-000003' where number = '2027-000009'`,
    /6 invoice numbers are missing/,
  ],
  [
    'a table without its wall',
    'row_level_security',
    'alter table labels no force row level security',
    'alter table labels force row level security',
    /missing on labels/,
  ],
  [
    'a migration of a newer release',
    'migrations',
    `insert into schema_migrations (name, checksum) values ('29990101-0000-future.sql', '')`,
    `delete from schema_migrations where name like '2999%'`,
    /newer release/,
  ],
  [
    'a job that waits',
    'jobs',
    `select graphile_worker.add_job('nobody.does_it', '{}', run_at => now() - interval '1 hour')`,
    `delete from graphile_worker._private_jobs`,
    /1 job should have begun/,
  ],
  [
    'a secret that the key does not open',
    'secrets',
    `update services set password = password || 'x'::bytea`,
    `update services set password = substring(password for length(password) - 1)`,
    /cannot be read/,
  ],
  [
    'never blocked, and yet disabled',
    'settings',
    `update customers set never_block = true, grace_days = 30 where number = '10002'`,
    `update customers set never_block = false, grace_days = 0 where number = '10002'`,
    /1 customer bears the tag never_block/,
  ],
  [
    'an allowance without consequences',
    'settings',
    'update tariffs set data_allowance_bytes = 1000000',
    'update tariffs set data_allowance_bytes = null',
    /1 tariff with a data allowance says nothing/,
  ],
]
for (const [name, check, breaks, mends, says] of cases)
  test(`it speaks of ${name}`, async () => {
    await broken(breaks)
    const sick = await found(check)
    await broken(mends)
    expect(sick.map((one) => one.sentence).join('\n')).toMatch(says)
    expect(sick[0]!.status).not.toBe('ok')
    const well = await found(check)
    expect(well.every((one) => !says.test(one.sentence))).toBe(true)
  })

test('it speaks of a listener that is behind', async () => {
  await broken(`
    insert into events (id, tenant_id, at, type, noun, row_id, data, actor)
    values (uuidv7(interval '-1 hour'), '${admin.tenant_id}', now(), 'doctor.test', 'customer', uuidv7(), '{}', '{}')`)
  const deaf = { name: 'doctor.deaf', types: ['doctor.test'], handle: async () => {} }
  const { checks } = await examine({ ...isp.app, consumers: [...isp.app.consumers, deaf] }, [])
  expect(checks.find((one) => one.check === 'outbox')).toMatchObject({
    status: 'problem',
    sentence: 'doctor.deaf is 60 minutes behind, with 1 event to hear of.',
  })
})

test('terms that cannot work are named', async () => {
  const [terms] = (await admin.get('/billing_defaults')).data
  await admin.patch(`/billing_defaults/${terms.id}`, {
    auto_block: false,
    grace_days: 10,
    due_days: 30,
    blocking_days: 10,
  })
  expect((await found('settings')).map((one) => one.sentence).join('\n')).toContain('1 partner never blocks')
  await admin.patch(`/billing_defaults/${terms.id}`, { auto_block: true })
  expect((await found('settings')).map((one) => one.sentence).join('\n')).toContain(
    'after the next one is due',
  )
})

test('it changes nothing', async () => {
  const count = () =>
    asTenant(isp, admin.tenant_id, (ctx) => ctx.db.one(sql`select count(*)::integer as n from audit_events`))
  const before = await count()
  await admin.get('/doctor')
  expect(await count()).toEqual(before)
})
