import { afterAll, beforeAll, expect, test } from 'vitest'
import { platform } from 'node:os'
import { newTenant, startIsp, type Client, type TestIsp } from '../../../../test/isp.ts'
import { demoNas } from './nas.ts'
import { demo_nas_ip } from './provider.ts'

let isp: TestIsp
let admin: Client
let nas: { stop(): Promise<void> } | undefined
const services: Record<string, string> = {}
const customers: Record<string, string> = {}

beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api,worker,radius' })
  admin = await newTenant(isp)
  const tariff = await admin.post('/tariffs', {
    title: 'Fibre 100',
    service_type: 'internet',
    price: '30.00',
    speed_download_kbps: 100_000,
    speed_upload_kbps: 20_000,
  })
  const router = await admin.post('/routers', {
    title: 'Simulated',
    nas_ip: demo_nas_ip,
    radius_secret: 'a-secret-of-its-own',
    interim_interval_s: 60,
    coa_port: 13_798,
  })
  // Twelve, so that it is next to certain that the first of them come online at once.
  for (let n = 1; n <= 12; n++) {
    const customer = await admin.post('/customers', { name: `Subscriber ${n}` })
    const login = `line-${n}`
    const service = await admin.post('/services', {
      customer_id: customer.id,
      tariff_id: tariff.id,
      login,
      router_id: router.id,
      start_date: '2027-01-01',
    })
    await admin.post(`/services/${service.id}/activate`)
    services[login] = service.id
    customers[login] = customer.id
  }
  nas = await demoNas.start?.(isp.app)
}, 60_000)
afterAll(async () => {
  await nas?.stop()
  await isp?.stop()
})

const sessions = async (
  query: string,
): Promise<{ id: string; login: string; status: string; stop_cause: string }[]> =>
  (await admin.get(`/sessions?${query}`)).data

/** Real packets take real time; a limit keeps a silent router from hanging the test. */
async function until<T>(what: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await what()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('It did not come within half a minute.')
}

// Only Linux has all of 127.0.0.0/8 on its loopback interface.
test.runIf(platform() === 'linux')(
  'subscribers come online, are dropped on request and come back, and stay out when blocked',
  async () => {
    const online = await until(async () => (await sessions('status=online'))[0])
    const service = services[online.login]
    await admin.post(`/sessions/${online.id}/disconnect`)
    await until(async () =>
      (await sessions(`service_id=${service}&status=closed`)).find(
        (session) => session.stop_cause === 'Admin-Reset',
      ),
    )
    const again = await until(async () => (await sessions(`service_id=${service}&status=online`))[0])
    expect(again.id).not.toBe(online.id)

    await admin.post(`/customers/${customers[online.login]}/block`, { reason: 'unpaid' })
    await until(async () => (await sessions(`service_id=${service}&status=online`)).length === 0)
    const refused = await until(
      async () => (await admin.get(`/auth_attempts?service_id=${service}&result=reject`)).data[0],
    )
    expect(refused.sentence).toContain('blocked')
    expect(await sessions(`service_id=${service}&status=online`)).toEqual([])
  },
  90_000,
)
