import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import { advance, asTenant, newTenant, startIsp, type TestIsp } from '../isp.ts'
import { ledgerDifference, newInternetCustomer, newTariff } from './billing-kit.ts'

let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp()
})
afterAll(() => isp?.stop())

/** What each kind of customer does every month; the rest of the year goes by itself. */
type Habit = 'pays in full' | 'pays in advance' | 'pays late' | 'never pays' | 'changes plan' | 'pauses'
const habits: readonly Habit[] = [
  'pays in full',
  'pays in advance',
  'pays late',
  'never pays',
  'changes plan',
  'pauses',
]

test('twelve months of fifty customers add up', async () => {
  const admin = await newTenant(isp, { at: '2027-01-01T08:00:00Z' })
  await admin.patch(`/tenants/${admin.tenant_id}`, { auto_billing: true })
  const tax = await admin.post('/taxes', { name: 'VAT', rate: '21' })
  const plans = [
    await newTariff(admin, '29.99', { tax_id: tax.id }),
    await newTariff(admin, '44.90', { tax_id: tax.id }),
  ]
  const people = []
  for (let n = 0; n < 50; n++) {
    const habit = habits[n % habits.length]!
    const made = await newInternetCustomer(admin, plans[0]!, {
      billing_day: n < 12 ? 1 : 1 + ((n * 7) % 31),
      ...(habit === 'never pays' ? { grace_days: 60 } : {}),
    })
    people.push({ ...made, habit, plan: 0 })
  }
  const pay = async (customer_id: string, amount: string) => {
    if (Number(amount) > 0) await admin.post('/payments', { customer_id, amount, method: 'bank_transfer' })
  }
  for (let month = 1; month <= 12; month++) {
    await advance(isp, admin.tenant_id, month === 1 ? '4d' : '1mo')
    for (const person of people) {
      const { customer_id, service_id, habit } = person
      const { balance, status } = await admin.get(`/customers/${customer_id}`)
      const owed = (-Number(balance)).toFixed(2)
      if (habit === 'pays in full' || habit === 'changes plan' || habit === 'pauses')
        await pay(customer_id, owed)
      if (habit === 'pays in advance' && month % 6 === 1) await pay(customer_id, '217.74')
      if (habit === 'pays late' && month % 2 === 0) await pay(customer_id, owed)
      if (habit === 'changes plan' && month % 3 === 0 && status === 'active') {
        person.plan = 1 - person.plan
        await admin.post(`/services/${service_id}/change_tariff`, { tariff_id: plans[person.plan] })
      }
      if (habit === 'pauses' && month === 5) await admin.post(`/services/${service_id}/stop`)
      if (habit === 'pauses' && month === 7) await admin.post(`/services/${service_id}/resume`)
    }
  }
  expect(await ledgerDifference(isp, admin)).toBe('0.00')

  // Those on the first of the month who never changed anything: twelve invoices of one price.
  for (const { customer_id, habit } of people.slice(0, 12)) {
    const invoices = (await admin.get(`/invoices?customer_id=${customer_id}&sort=date`)).data
    if (habit === 'pays in full' || habit === 'pays in advance') {
      expect(invoices.map((invoice: { total: string }) => invoice.total)).toEqual(
        Array.from({ length: 12 }, () => '36.29'),
      )
      expect((await admin.get(`/customers/${customer_id}`)).status).toBe('active')
    }
    if (habit === 'pays in full') expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('0.00')
    if (habit === 'pays in advance')
      expect((await admin.get(`/customers/${customer_id}`)).balance).toBe('0.00')
    if (habit === 'never pays')
      expect(await admin.get(`/customers/${customer_id}`)).toMatchObject({
        status: 'disabled',
        next_billing_on: null,
      })
  }

  const { overlapping, gaps, months_off, unpriced, runs_open } = await asTenant(isp, admin.tenant_id, (ctx) =>
    ctx.db.one(sql<{
      overlapping: number
      gaps: number
      months_off: number
      unpriced: number
      runs_open: number
    }>`
      select
        (select count(*)::integer from charges a join charges b on b.service_id = a.service_id and a.during && b.during and a.during <> b.during) as overlapping,
        -- Numbers without a gap: as many invoices as the highest of them says.
        (select (max(right(number, 6)::integer) - count(*))::integer from invoices) as gaps,
        -- Every active day before the next billing day is charged, and no other.
        (select count(*)::integer from customers c
          where c.next_billing_on is not null and
            (select coalesce(sum(upper(h.during) - lower(h.during)), 0) from charges h join services s on s.id = h.service_id where s.customer_id = c.id)
            <> (select coalesce(sum(least(upper(p.during), c.next_billing_on) - lower(p.during)), 0) from service_periods p join services s on s.id = p.service_id
                where s.customer_id = c.id and p.status = 'active' and lower(p.during) < c.next_billing_on)) as months_off,
        (select count(*)::integer from invoices i where i.net_total <> (select sum(net) from invoice_lines l where l.invoice_id = i.id)
          or i.paid_total <> (select coalesce(sum(amount), 0) from allocations a where a.invoice_id = i.id)) as unpriced,
        (select count(*)::integer from billing_runs where status <> 'done' or jsonb_array_length(problems) > 0) as runs_open`),
  )
  expect({ overlapping, gaps, months_off, unpriced, runs_open }).toEqual({
    overlapping: 0,
    gaps: 0,
    months_off: 0,
    unpriced: 0,
    runs_open: 0,
  })
}, 300_000)
