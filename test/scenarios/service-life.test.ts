import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { addServices, planTerms } from '#modules/services/index.ts'
import { advance, asTenant, clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff, runBilling } from './billing-kit.ts'

/** What happens to a service between its sale and its end: dated, planned, taken back, corrected. */
// Months go by in each story.
vi.setConfig({ testTimeout: 120_000 })

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

type Change = { id: string; kind: string; date: string; status: string; group_id: string | null }
const changesOf = async (admin: Client, service_id: string): Promise<Change[]> =>
  (await admin.get(`/service_changes?service_id=${service_id}&sort=created_at`)).data
const periodsOf = (admin: Client, service_id: string) =>
  asTenant(isp, admin.tenant_id, async (ctx) =>
    (
      await ctx.db.all(sql<{ stands: string }>`
        select concat_ws(' ', lower(p.during), p.status, t.price / 100, p.quantity) as stands
        from service_periods p
        join tariffs t on t.id = p.tariff_id
        where service_id = ${service_id}
        order by during`)
    ).map(({ stands }) => stands),
  )
const balanceOf = async (admin: Client, customer_id: string) =>
  (await admin.get(`/customers/${customer_id}`)).balance
const notesOf = async (admin: Client, customer_id: string) =>
  (await admin.get(`/credit_notes?customer_id=${customer_id}`)).data
const refused = async (admin: Client, path: string, body: object) => {
  const { status, body: problem } = await admin.call('POST', path, body)
  return [status, problem.code, String(problem.detail)]
}

/** On tariffs of 30 and 60, active since 1 April 2027, billed and paid for April. */
async function story(at = '2027-04-01') {
  const admin = await newTenant(isp, { at: `${at}T08:00:00Z` })
  const cheap = await newTariff(admin, '30.00')
  const dear = await newTariff(admin, '60.00')
  const { customer_id, service_id } = await newInternetCustomer(admin, cheap)
  await runBilling(isp, admin, at)
  await admin.post('/payments', { customer_id, amount: '30.00', method: 'card' })
  return { admin, cheap, dear, customer_id, service_id, path: `/services/${service_id}` }
}

test('plans stand beside one another, come true on their days, and the earlier leave the later alone', async () => {
  const { admin, dear, service_id, path } = await story()
  await admin.post(`${path}/change_tariff`, { tariff_id: dear, date: '2027-06-01' })
  await admin.post(`${path}/stop`, { date: '2027-05-10', until: '2027-05-20', reason: 'at sea' })
  await admin.post(`${path}/change_terms`, { quantity: 2, date: '2027-05-15' })
  expect(await periodsOf(admin, service_id)).toEqual([
    '2027-04-01 active 30 1',
    '2027-05-10 stopped 30 1',
    '2027-05-15 stopped 30 2',
    '2027-05-20 active 30 2',
    '2027-06-01 active 60 2',
  ])
  expect((await changesOf(admin, service_id)).map(({ kind, date, status }) => [kind, date, status])).toEqual([
    ['create', '2027-04-01', 'in_force'],
    ['activate', '2027-04-01', 'in_force'],
    ['terms', '2027-06-01', 'planned'],
    ['stop', '2027-05-10', 'planned'],
    ['resume', '2027-05-20', 'planned'],
    ['terms', '2027-05-15', 'planned'],
  ])
  expect(await admin.get(path)).toMatchObject({ status: 'active', quantity: 1 })
  await advance(isp, admin.tenant_id, '40d')
  expect(await admin.get(path)).toMatchObject({ status: 'stopped', quantity: 1 })
  await advance(isp, admin.tenant_id, '10d')
  expect(await admin.get(path)).toMatchObject({ status: 'active', quantity: 2 })
  await advance(isp, admin.tenant_id, '15d')
  expect(await admin.get(path)).toMatchObject({ status: 'active', tariff_id: dear, quantity: 2 })
  const { data } = await admin.get(`${path}/history?limit=10`)
  expect(data.map((row: { action: string }) => row.action)).toEqual([
    'tariff_changed',
    'resumed',
    'terms_changed',
    'stopped',
    'change_planned',
    'change_planned',
    'change_planned',
    'activated',
    'created',
  ])
})

test('a plan that is taken back leaves no credit note behind', async () => {
  const { admin, dear, customer_id, service_id, path } = await story()
  await admin.post(`${path}/change_tariff`, { tariff_id: dear, date: '2027-04-16' })
  const [, , planned] = await changesOf(admin, service_id)
  await admin.post(`${path}/cancel_change`, { change_id: planned!.id })
  expect((await changesOf(admin, service_id))[2]).toMatchObject({ status: 'withdrawn' })
  await advance(isp, admin.tenant_id, '20d')
  expect(await notesOf(admin, customer_id)).toEqual([])
  expect(await balanceOf(admin, customer_id)).toBe('0.00')
  expect(await admin.call('POST', `${path}/cancel_change`, { change_id: planned!.id })).toMatchObject({
    status: 404,
    body: { code: 'no_such_change' },
  })
})

test('billed under a plan that is taken back, the money is corrected at once and to the cent', async () => {
  const { admin, dear, customer_id, service_id, path } = await story()
  await admin.post(`${path}/change_tariff`, { tariff_id: dear, date: '2027-05-16' })
  await advance(isp, admin.tenant_id, '30d')
  await runBilling(isp, admin, '2027-05-01')
  // 15 days of 31 at 30, 16 at 60.
  expect(await balanceOf(admin, customer_id)).toBe('-45.49')
  await advance(isp, admin.tenant_id, '4d')
  await admin.post(`${path}/cancel_change`, { change_id: (await changesOf(admin, service_id))[2]!.id })
  expect(await balanceOf(admin, customer_id)).toBe('-30.00')
  expect(await notesOf(admin, customer_id)).toMatchObject([
    { total: '-30.97', reason: 'Change taken back from 2027-05-16' },
  ])
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a plan entered after the bill moves no money before its day', async () => {
  const { admin, dear, customer_id, service_id, path } = await story()
  await admin.post(`${path}/stop`, { date: '2027-04-21', until: '2027-04-26' })
  // Two of one day: the later entered one counts; taking it back brings the other to light.
  await admin.post(`${path}/change_tariff`, { tariff_id: dear, date: '2027-04-11' })
  await admin.post(`${path}/change_terms`, { quantity: 3, date: '2027-04-11' })
  await admin.post(`${path}/cancel_change`, { change_id: (await changesOf(admin, service_id)).at(-1)!.id })
  expect(await balanceOf(admin, customer_id)).toBe('0.00')
  await advance(isp, admin.tenant_id, '10d')
  // Ten days given back at 10.00, and charged at 20.00; the stop has not come.
  expect(await balanceOf(admin, customer_id)).toBe('-10.00')
  // The stop gives back five days as they were charged; what comes after it is charged anew when it comes.
  await advance(isp, admin.tenant_id, '10d')
  expect(await balanceOf(admin, customer_id)).toBe('-5.00')
  await advance(isp, admin.tenant_id, '5d')
  expect(await balanceOf(admin, customer_id)).toBe('-10.00')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('the past is corrected with permission and reason, exactly', async () => {
  const { admin, dear, customer_id, service_id, path } = await story()
  await advance(isp, admin.tenant_id, '25d')
  await admin.post(`${path}/terminate`, { date: '2027-05-01' })
  const support = await clientWithRole(isp, admin.tenant_id, 'support')
  const stop = { date: '2027-04-06', until: '2027-04-16' }
  expect(await refused(support, `${path}/stop`, { ...stop, reason: 'was away' })).toMatchObject([
    403,
    'backdate_forbidden',
    expect.stringContaining('service.backdate'),
  ])
  expect(await refused(admin, `${path}/stop`, stop)).toMatchObject([
    422,
    'invalid',
    'A change in the past needs its reason.',
  ])
  await admin.post(`${path}/stop`, { ...stop, reason: 'was away' })
  expect(await admin.get(path)).toMatchObject({ status: 'active', end_date: '2027-05-01' })
  expect(await balanceOf(admin, customer_id)).toBe('10.00')
  await admin.post(`${path}/change_tariff`, {
    tariff_id: dear,
    date: '2027-04-11',
    reason: 'agreed by phone',
  })
  expect(await periodsOf(admin, service_id)).toEqual([
    '2027-04-01 active 30 1',
    '2027-04-06 stopped 30 1',
    '2027-04-11 stopped 60 1',
    '2027-04-16 active 60 1',
    '2027-05-01 terminated 60 1',
  ])
  expect(await balanceOf(admin, customer_id)).toBe('-5.00')
  expect(await refused(admin, `${path}/stop`, { date: '2027-03-01', reason: 'x' })).toMatchObject([
    422,
    'before_start',
    expect.anything(),
  ])
  const stopped = (await changesOf(admin, service_id)).find(({ kind }) => kind === 'stop')!
  await admin.post(`${path}/cancel_change`, { change_id: stopped.id, reason: 'was not away' })
  // Ten days at 30, twenty at 60; what was not charged before is billed with the next run.
  await advance(isp, admin.tenant_id, '5d')
  await runBilling(isp, admin, '2027-05-01')
  expect(await balanceOf(admin, customer_id)).toBe('-20.00')
  expect((await changesOf(admin, service_id)).filter(({ status }) => status === 'withdrawn')).toHaveLength(2)
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a tariff limits the stopped days of a year, and a refusal says how many are left', async () => {
  const { admin, cheap, path } = await story()
  await admin.patch(`/tariffs/${cheap}`, { max_stop_days: 30 })
  expect((await refused(admin, `${path}/stop`, {}))[2]).toBe(
    'This tariff allows 30 stopped days a year, and 30 are left in 2027. Say on which day it works again.',
  )
  await admin.post(`${path}/stop`, { date: '2027-07-01', until: '2027-07-19' })
  expect(await refused(admin, `${path}/stop`, { date: '2027-08-01', until: '2027-08-21' })).toEqual([
    422,
    'too_many_stopped_days',
    'This tariff allows 30 stopped days a year. In 2027, 12 are left, and this stop takes 20.',
  ])
  await admin.post(`${path}/stop`, { date: '2027-12-20', until: '2028-01-20' })
})

test('a resumption that is taken back leaves the service stopped; a stop goes with its resumption', async () => {
  const { admin, service_id, path } = await story()
  await admin.post(`${path}/stop`, { date: '2027-04-05', until: '2027-04-10' })
  await advance(isp, admin.tenant_id, '5d')
  const planned = (await changesOf(admin, service_id)).find(({ kind }) => kind === 'resume')!
  await admin.post(`${path}/cancel_change`, { change_id: planned.id })
  await advance(isp, admin.tenant_id, '10d')
  expect((await admin.get(path)).status).toBe('stopped')
  await admin.post(`${path}/resume`)
  await admin.post(`${path}/stop`, { date: '2027-06-05', until: '2027-06-10' })
  const next = (await changesOf(admin, service_id)).findLast(({ kind }) => kind === 'stop')!
  await admin.post(`${path}/cancel_change`, { change_id: next.id })
  expect((await changesOf(admin, service_id)).filter(({ status }) => status === 'planned')).toEqual([])
  expect(await refused(admin, `${path}/resume`, {})).toMatchObject([409, 'cannot_resume', expect.anything()])
})

test('who is disabled comes back to what was: stopped stays stopped, what was to begin begins', async () => {
  const { admin, cheap, customer_id, path } = await story()
  const later = await admin.post('/services', {
    customer_id,
    tariff_id: cheap,
    login: 'later',
    start_date: '2027-04-20',
  })
  await admin.post(`/services/${later.id}/activate`)
  expect((await admin.get(`/services/${later.id}`)).status).toBe('pending')
  await admin.post(`${path}/stop`, { date: '2027-04-03', until: '2027-04-25' })
  await advance(isp, admin.tenant_id, '4d')
  await admin.post(`/customers/${customer_id}/disable`, { reason: 'moved abroad' })
  expect((await admin.get(path)).status).toBe('disabled')
  await advance(isp, admin.tenant_id, '17d')
  expect((await admin.get(`/services/${later.id}`)).status).toBe('disabled')
  await admin.post(`/customers/${customer_id}/activate`)
  expect((await admin.get(path)).status).toBe('stopped')
  expect((await admin.get(`/services/${later.id}`)).status).toBe('active')
  await advance(isp, admin.tenant_id, '4d')
  expect((await admin.get(path)).status).toBe('active')
  expect(await ledgerDifference(isp, admin)).toBe('0.00')
})

test('a service that begins later makes its customer active and is billed on its day', async () => {
  const admin = await newTenant(isp, { at: '2027-04-01T08:00:00Z' })
  const tariff_id = await newTariff(admin, '30.00')
  const dear = await newTariff(admin, '60.00')
  const customer = await admin.post('/customers', { name: 'Early Bird' })
  const service = await admin.post('/services', { customer_id: customer.id, tariff_id, login: 'early' })
  await admin.post(`/services/${service.id}/activate`, { date: '2027-04-21' })
  // Before it begins, other terms hold from its start; another day takes the place of the first.
  await admin.post(`/services/${service.id}/change_tariff`, { tariff_id: dear })
  await admin.post(`/services/${service.id}/activate`, { date: '2027-04-16' })
  expect(await periodsOf(admin, service.id)).toEqual(['2027-04-16 active 60 1'])
  expect(await admin.get(`/customers/${customer.id}`)).toMatchObject({
    status: 'new',
    next_billing_on: '2027-04-16',
  })
  await advance(isp, admin.tenant_id, '15d')
  expect(await admin.get(`/services/${service.id}`)).toMatchObject({ status: 'active', tariff_id: dear })
  expect((await admin.get(`/customers/${customer.id}`)).status).toBe('active')
  await runBilling(isp, admin, '2027-04-16')
  expect(await balanceOf(admin, customer.id)).toBe('-30.00')
})

test('at the end of the period, at another price, back to the list price', async () => {
  const { admin, dear, service_id, path } = await story()
  await advance(isp, admin.tenant_id, '9d')
  await admin.post(`${path}/change_tariff`, {
    tariff_id: dear,
    price: '45.00',
    quantity: 2,
    at: 'period_end',
  })
  expect((await changesOf(admin, service_id)).at(-1)).toMatchObject({
    date: '2027-05-01',
    price: '45.00',
    quantity: 2,
  })
  await advance(isp, admin.tenant_id, '1mo')
  expect(await admin.get(path)).toMatchObject({ tariff_id: dear, price: '45.00', quantity: 2 })
  expect(await refused(admin, `${path}/change_terms`, { price: '45.00' })).toMatchObject([
    409,
    'no_change',
    expect.anything(),
  ])
  expect(await refused(admin, `${path}/change_terms`, {})).toMatchObject([422, 'invalid', expect.anything()])
  expect(await admin.post(`${path}/change_terms`, { list_price: true, description: 'Attic' })).toMatchObject({
    price: null,
    description: 'Attic',
  })
  expect(
    await refused(admin, `${path}/change_tariff`, { tariff_id: dear, date: '2027-06-01', at: 'now' }),
  ).toMatchObject([422, 'invalid', expect.anything()])
})

test('many services are added at once as one by one', async () => {
  const admin = await newTenant(isp, { at: '2027-04-01T08:00:00Z' })
  const tariff_id = await newTariff(admin, '30.00')
  const people: { id: string }[] = []
  for (let n = 0; n < 3; n++) people.push(await admin.post('/customers', { name: `Person ${n}` }))
  const wanted = people.flatMap(({ id }, n) => [
    { customer_id: id, tariff_id, login: `own-${n}`, ipv4_address: `198.51.100.${n + 1}`, activate: true },
    { customer_id: id, tariff_id, login: `planned-${n}`, start_date: '2027-04-16', activate: true },
    { customer_id: id, tariff_id, login: `pending-${n}`, price: 1000n },
  ])
  const added = await asTenant(isp, admin.tenant_id, (ctx) => addServices(ctx, wanted))
  expect(added.map(({ login, status }) => [login, status]).slice(0, 3)).toEqual([
    ['own-0', 'active'],
    ['planned-0', 'pending'],
    ['pending-0', 'pending'],
  ])
  expect(await periodsOf(admin, added[0]!.id)).toEqual(['2027-04-01 active 30 1'])
  expect(await periodsOf(admin, added[1]!.id)).toEqual(['2027-04-16 active 30 1'])
  expect(await admin.get(`/customers/${people[0]!.id}`)).toMatchObject({
    status: 'active',
    next_billing_on: '2027-04-01',
  })
  expect(await admin.get(`/services/${added[0]!.id}`)).toMatchObject({
    ipv4_address: '198.51.100.1',
    ipv4_mode: 'static',
  })
  await runBilling(isp, admin, '2027-04-01')
  // Thirty days of the one, fifteen of the other that is to begin.
  for (const { id } of people) expect(await balanceOf(admin, id)).toBe('-45.00')
  // One that is refused refuses all.
  const twice = asTenant(isp, admin.tenant_id, (ctx) =>
    addServices(ctx, [
      { customer_id: people[0]!.id, tariff_id, login: 'fine' },
      { customer_id: people[0]!.id, tariff_id, login: 'not-fine', ipv4_address: '198.51.100.1' },
    ]),
  )
  await expect(twice).rejects.toThrow('198.51.100.1 is assigned to another service.')
  expect((await admin.get('/services?login=fine')).data).toEqual([])
})

test('the price of a tariff rises for all who are on it then, and for nobody else', async () => {
  const { admin, cheap, dear, customer_id, service_id } = await story()
  const others = await asTenant(isp, admin.tenant_id, (ctx) =>
    addServices(
      ctx,
      ['moves', 'agreed'].map((login) => ({ customer_id, tariff_id: cheap, login, activate: true })),
    ),
  )
  const [moves, agreed] = others.map(({ id }) => id)
  await admin.post(`/services/${agreed}/change_terms`, { price: '25.00' })
  await asTenant(isp, admin.tenant_id, (ctx) =>
    planTerms(
      ctx,
      [service_id, moves!, agreed!].map((id) => ({
        service_id: id,
        date: '2027-05-16',
        price: 3300n,
        for_tariff_id: cheap,
      })),
      'dearer from May on',
    ),
  )
  await admin.post(`/services/${moves}/change_tariff`, { tariff_id: dear, date: '2027-05-01' })
  const prices = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.all(sql<{ price: bigint }>`
      select price from service_periods
      where during @> '2027-06-01'::date and service_id = any(${[service_id, moves, agreed]}::uuid[])
      order by array_position(${[service_id, moves, agreed]}::uuid[], service_id)`),
  )
  expect(prices).toEqual([{ price: 3300n }, { price: 6000n }, { price: 2500n }])
})
