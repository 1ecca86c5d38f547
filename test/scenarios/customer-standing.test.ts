import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
const ids: string[] = []
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp)
  for (const [n, amount] of ['30.00', '10.00', null, '10.00', '20.00'].entries()) {
    const { id } = await admin.post('/customers', { name: `Customer ${n}`, city: n % 2 ? 'Brno' : 'Praha' })
    if (amount) await admin.post('/payments', { customer_id: id, amount, method: 'cash' })
    ids.push(id)
  }
})
afterAll(() => isp?.stop())

const listed = async (query: string): Promise<number[]> => {
  const places: number[] = []
  for (let cursor = ''; ;) {
    const page = await admin.get(`/customers?limit=2&${query}${cursor && `&cursor=${cursor}`}`)
    places.push(...page.data.map((row: { id: string }) => ids.indexOf(row.id)))
    if (!page.next_cursor) return places
    cursor = page.next_cursor
  }
}

test('customers are listed by balance and found by it, page by page, along with other conditions', async () => {
  expect(await listed('sort=balance')).toEqual([2, 1, 3, 4, 0])
  expect(await listed('sort=-balance')).toEqual([0, 4, 3, 1, 2])
  expect(await listed('sort=-balance&balance[lte]=20.00&city=Praha')).toEqual([4, 2])
  expect(await listed('sort=name&balance[gt]=10.00')).toEqual([0, 4])
  expect(await listed('sort=balance&q=customer&balance[in]=10.00,30.00')).toEqual([1, 3, 0])
  expect((await admin.get('/customers?sort=balance&balance[gt]=0&count=true&limit=1')).total).toBe(4)
  expect((await admin.get('/customers/aggregate?sum=balance&balance[gte]=20.00')).data).toMatchObject([
    { count: 2, sum: { balance: '50.00' } },
  ])
  expect((await admin.get('/customers?next_billing_on[null]=true&count=true')).total).toBe(5)
})

test('what is indexed apart follows every change, whoever makes it, and nobody else writes it', async () => {
  const owner = new pg.Client(isp.database.admin)
  await owner.connect()
  await owner.query(
    `update customers set balance = balance - 2500, next_billing_on = '2027-05-01' where id = any ($1)`,
    [[ids[0], ids[4]]],
  )
  expect(await listed('sort=balance')).toEqual([4, 2, 0, 1, 3])
  expect(await listed('sort=name&balance[lt]=0')).toEqual([4])
  expect(await listed('next_billing_on[lte]=2027-05-01')).toEqual([4, 0])
  const { rows } = await owner.query(
    `select from customers c full join customer_standing s on s.tenant_id = c.tenant_id and s.customer_id = c.id
     where (c.id, c.balance, c.next_billing_on) is distinct from (s.customer_id, s.balance, s.next_billing_on)`,
  )
  expect(rows).toEqual([])
  await owner.end()
  const app = new pg.Client(isp.database.connections.app)
  await app.connect()
  await expect(app.query('update customer_standing set balance = 0')).rejects.toThrow(/permission denied/)
  await app.end()
})
