import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRadiusClient } from '@isp/radius'
import { radiusPorts } from '#modules/radius/index.ts'
import { clientWithRole, newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'
import { newTariff } from './billing-kit.ts'

/** Where a service is, which port it comes from, which devices may use it, and the addresses it wishes. */
let isp: TestIsp
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api,worker,radius', RADIUS_HOST: '127.0.0.1' })
})
afterAll(() => isp?.stop())

const at = '2027-01-01T08:00:00Z'
const refused = async (admin: Client, method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => {
  const { status, body: problem } = await admin.call(method, path, body)
  return [status, problem?.errors?.[0]?.code ?? problem?.code]
}
const nowhere = '01900000-0000-7000-8000-000000000000'
let made = 0
async function customerWithService(admin: Client, tariff_id: string, more: object = {}) {
  const customer = await admin.post('/customers', { name: `Customer ${++made}` })
  const service = await admin.post('/services', {
    customer_id: customer.id,
    tariff_id,
    login: `line-${made}`,
    password: 'secret-1',
    ...more,
  })
  return { customer_id: String(customer.id), service_id: String(service.id), service }
}

describe('a service has a place', () => {
  test('of its customer: a free address becomes the customer’s, another’s is refused, and it stays as long as the service is there', async () => {
    const admin = await newTenant(isp, { at })
    const tariff = await newTariff(admin, '30.00')
    const flat = await admin.post('/addresses', { street: 'Mill Lane 4', city: 'Leeds' })
    const { customer_id, service_id, service } = await customerWithService(admin, tariff, {
      service_address_id: flat.id,
    })
    expect(service.service_address_id).toBe(flat.id)
    expect((await admin.get(`/addresses/${flat.id}`)).customer_id).toBe(customer_id)
    const other = await customerWithService(admin, tariff)
    expect(
      await refused(admin, 'PATCH', `/services/${other.service_id}`, { service_address_id: flat.id }),
    ).toEqual([422, 'of_another_customer'])
    expect(
      await refused(admin, 'PATCH', `/addresses/${flat.id}`, { customer_id: other.customer_id }),
    ).toEqual([409, 'address_in_use'])
    expect(await refused(admin, 'DELETE', `/addresses/${flat.id}`)).toEqual([409, 'address_in_use'])
    expect((await admin.get(`/services?service_address_id=${flat.id}`)).data).toHaveLength(1)
    await admin.patch(`/services/${service_id}`, { service_address_id: null })
    await admin.call('DELETE', `/addresses/${flat.id}`)
    expect((await admin.get('/addresses')).data).toEqual([])
  })

  test('it decides what is sold there', async () => {
    const admin = await newTenant(isp, { at })
    const leeds = await admin.post('/locations', { name: 'Leeds', cities: 'Leeds' })
    const tariff = await newTariff(admin, '30.00', { location_ids: [leeds.id] })
    const customer = await admin.post('/customers', { name: 'Ada', city: 'York' })
    const body = { customer_id: customer.id, tariff_id: tariff, login: 'ada', password: 'secret-1' }
    expect(await refused(admin, 'POST', '/services', body)).toEqual([422, 'other_location'])
    const flat = await admin.post('/addresses', { street: 'Mill Lane 4', city: 'Leeds' })
    const service = await admin.post('/services', { ...body, service_address_id: flat.id })
    expect(service.service_address_id).toBe(flat.id)
  })

  test('the place goes with a service that moves, comes back with it, and is left where the customer has more', async () => {
    const admin = await newTenant(isp, { at })
    const tariff = await newTariff(admin, '30.00')
    const flat = await admin.post('/addresses', { street: 'Mill Lane 4' })
    const { customer_id, service_id } = await customerWithService(admin, tariff, {
      service_address_id: flat.id,
    })
    const next = (await admin.post('/customers', { name: 'Next tenant' })).id
    const moved = await admin.post(`/services/${service_id}/move`, { customer_id: next })
    expect(moved).toMatchObject({ address_left_behind: false, moved: [{ noun: 'address', rows: 1 }] })
    expect((await admin.get(`/addresses/${flat.id}`)).customer_id).toBe(next)
    await admin.post(`/services/${service_id}/undo_move`)
    expect((await admin.get(`/addresses/${flat.id}`)).customer_id).toBe(customer_id)
    expect((await admin.get(`/services/${service_id}`)).service_address_id).toBe(flat.id)

    await admin.patch(`/customers/${customer_id}`, { service_address_id: flat.id })
    const again = await admin.post(`/services/${service_id}/move`, { customer_id: next })
    expect(again.address_left_behind).toBe(true)
    expect((await admin.get(`/services/${service_id}`)).service_address_id).toBeNull()
    await admin.post(`/services/${service_id}/undo_move`)
    expect((await admin.get(`/services/${service_id}`)).service_address_id).toBe(flat.id)

    const merged = await admin.post(`/customers/${next}/merge`, { from_customer_id: customer_id })
    expect(merged.moved.map(({ noun }: { noun: string }) => noun)).toContain('address')
    expect(await admin.get(`/services/${service_id}`)).toMatchObject({
      customer_id: next,
      service_address_id: flat.id,
    })
  })
})

describe('a port carries one living service', () => {
  test('ports are those of the device, become free when the service ends, and stay while they are used', async () => {
    const admin = await newTenant(isp, { at })
    const tariff = await newTariff(admin, '30.00')
    const device = await admin.post('/access_devices', { title: 'SW 1', type: 'switch', ports: 24 })
    const olt = await admin.post('/access_devices', { title: 'OLT 1', type: 'olt', site: 'North' })
    const { service_id } = await customerWithService(admin, tariff, {
      access_device_id: device.id,
      access_port: ' 7 ',
    })
    expect((await admin.get(`/services/${service_id}`)).access_port).toBe('7')
    const other = await customerWithService(admin, tariff)
    const path = `/services/${other.service_id}`
    for (const [body, code] of [
      [{ access_device_id: device.id, access_port: '7' }, 'port_taken'],
      [{ access_device_id: device.id, access_port: '25' }, 'no_such_port'],
      [{ access_device_id: device.id, access_port: '0' }, 'no_such_port'],
      [{ access_port: '3' }, 'no_device'],
      [{ access_device_id: nowhere, access_port: '3' }, 'no_such_access_device'],
    ] as const)
      expect((await refused(admin, 'PATCH', path, body))[1]).toBe(code)
    await admin.patch(path, { access_device_id: olt.id, access_port: '0/1/3:12' })
    expect(await refused(admin, 'PATCH', `/access_devices/${device.id}`, { ports: 5 })).toEqual([
      409,
      'port_in_use',
    ])
    expect(await refused(admin, 'DELETE', `/access_devices/${olt.id}`)).toEqual([409, 'still_used'])
    await admin.post(`/services/${service_id}/activate`)
    await admin.post(`/services/${service_id}/terminate`)
    await admin.patch(path, { access_device_id: device.id, access_port: '7' })
    // Without its device a port is nothing.
    expect((await admin.patch(path, { access_device_id: null })).access_port).toBeNull()
    await admin.patch(`/access_devices/${device.id}`, { status: 'retired' })
    expect(await refused(admin, 'PATCH', path, { access_device_id: device.id })).toEqual([422, 'retired'])
    const history = (await admin.get(`${path}/history`)).data
    expect(history[1].changes).toMatchObject({ access_port: ['0/1/3:12', '7'] })
  })
})

describe('addresses are wished for, given and returned', () => {
  test('exactly one, or from the pool; IPv6 as well; a taken one is refused with a sentence', async () => {
    const admin = await newTenant(isp, { at })
    const tariff = await newTariff(admin, '30.00')
    await admin.post('/ip_networks', { title: 'Pool', network: '100.64.0.0/24' })
    const one = await customerWithService(admin, tariff, {
      ipv4_address: '100.64.0.9',
      ipv6_prefix: '2001:db8:7::/56',
    })
    const two = await customerWithService(admin, tariff, { ipv4_mode: 'pool' })
    const path = `/services/${two.service_id}`
    expect((await admin.get(path)).ipv4_address).toBeNull()
    await admin.post(`${path}/activate`)
    expect((await admin.get(path)).ipv4_address).toBe('100.64.0.1')
    const wish = (body: object) => refused(admin, 'POST', `${path}/change_addresses`, body)
    expect(await wish({ ipv4_address: '100.64.0.9' })).toEqual([409, 'address_taken'])
    expect(await wish({ ipv6_prefix: '2001:db8:7::/56' })).toEqual([409, 'prefix_taken'])
    expect(await wish({ ipv6_prefix: '2001:db8:7:80::/60' })).toEqual([409, 'prefix_taken'])
    expect(await wish({ ipv6_prefix: '2001:db8::/24' })).toEqual([422, 'host_bits_set'])
    expect(await wish({ ipv6_prefix: '2001:d00::/24' })).toEqual([422, 'out_of_range'])
    expect(await wish({ ipv6_prefix: '10.0.0.0/24' })).toEqual([422, 'not_ipv6'])
    for (const ipv4_address of [
      '0.0.0.0',
      '127.0.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '100.64.0.0',
      '100.64.0.255',
    ])
      expect(await wish({ ipv4_address })).toEqual([422, 'not_a_host'])
    expect(await wish({ ipv4_mode: 'static' })).toEqual([422, 'required'])
    expect(await wish({ ipv4_mode: 'pool', ipv4_address: '100.64.0.5' })).toEqual([422, 'address_given'])
    expect(await wish({})).toEqual([409, 'no_change'])
    // A wish that is refused leaves what it had.
    expect((await admin.get(path)).ipv4_address).toBe('100.64.0.1')
    await admin.post(`${path}/change_addresses`, {
      ipv4_address: '100.64.0.5',
      ipv6_prefix: '2001:db8:8::/56',
    })
    expect(await admin.get(path)).toMatchObject({
      ipv4_mode: 'static',
      ipv4_address: '100.64.0.5',
      ipv6_prefix: '2001:db8:8::/56',
    })
    await admin.post(`${path}/terminate`)
    await admin.post(`/services/${one.service_id}/change_addresses`, {
      ipv4_address: '100.64.0.5',
      ipv6_prefix: '2001:db8:8::/56',
    })
    expect((await admin.get('/ipv6_prefixes')).data).toMatchObject([
      { prefix: '2001:db8:8::/56', service_id: one.service_id },
    ])
    await admin.post(`/services/${one.service_id}/change_addresses`, {
      ipv4_mode: 'none',
      without_ipv6_prefix: true,
    })
    expect(await admin.get(`/services/${one.service_id}`)).toMatchObject({
      ipv4_address: null,
      ipv6_prefix: null,
    })
    expect((await admin.get('/ip_addresses')).data).toEqual([])
  })
})

describe('a service is used from its devices', () => {
  async function online() {
    const admin = await newTenant(isp, { at })
    const tariff = await newTariff(admin, '30.00')
    await admin.post('/routers', { title: 'BRAS', nas_ip: `127.0.0.1`, radius_secret: 'testing123' })
    const line = await customerWithService(admin, tariff, {
      mac: '02:00:5e:00:00:01',
      ipv6_prefix: '2001:db8:7::/56',
    })
    await admin.post(`/services/${line.service_id}/activate`)
    const login = `line-${made}`
    const { auth_port, acct_port } = radiusPorts(isp.app)!
    const client = createRadiusClient({ auth_port, acct_port, secret: 'testing123' })
    const dial = async (mac: string) => {
      const access = await client.access({
        'User-Name': login,
        'User-Password': 'secret-1',
        'Calling-Station-Id': mac,
      })
      if (access.result === 'timeout') throw new Error('No answer.')
      return access
    }
    // The server reads the list of routers anew twice a second.
    await new Promise((resolve) => setTimeout(resolve, 600))
    return { admin, tariff, dial, ...line }
  }

  test('RADIUS accepts any of them while they are bound, with its IPv6 prefix', async () => {
    const { admin, service_id, customer_id, dial } = await online()
    const first = await dial('02-00-5E-00-00-01')
    expect(first.result).toBe('accept')
    expect(first.packet.value('Delegated-IPv6-Prefix')).toBe('2001:db8:7::/56')
    expect((await dial('02:00:5e:00:00:02')).result).toBe('reject')
    const box = await admin.post('/service_macs', { service_id, mac: '02005E000002', note: 'TV box' })
    expect((await dial('02:00:5e:00:00:02')).result).toBe('accept')
    expect(await refused(admin, 'POST', '/service_macs', { service_id, mac: '02:00:5e:00:00:01' })).toEqual([
      422,
      'already_there',
    ])
    const { data: happened } = await admin.get(`/customers/${customer_id}/timeline`)
    expect(happened[0]).toMatchObject({ kind: 'service', title: 'Service MAC 02:00:5e:00:00:02 created' })
    const found = (await admin.get('/search?q=02:00:5e:00:00:02')).data
    expect(found).toMatchObject([{ noun: 'service_mac', id: box.id }])
    await admin.call('DELETE', `/service_macs/${box.id}`)
    const refusal = await dial('02:00:5e:00:00:02')
    expect(refusal.packet.string('Reply-Message')).toBe(
      'This service is bound to the device 02:00:5e:00:00:01; 02:00:5e:00:00:02 asked.',
    )
    await admin.patch(`/services/${service_id}`, { mac_binding: false })
    expect((await dial('02:00:5e:00:00:02')).result).toBe('accept')
  })

  test('where the ISP wants it, a device belongs to one living service', async () => {
    const admin = await newTenant(isp, { at })
    const tariff = await newTariff(admin, '30.00')
    const mac = '02:00:5e:00:00:09'
    const one = await customerWithService(admin, tariff, { mac })
    const two = await customerWithService(admin, tariff, { mac })
    const setUnique = (unique_macs: boolean) =>
      refused(admin, 'POST', `/tenants/${admin.tenant_id}/set_unique_macs`, { unique_macs })
    expect(await setUnique(true)).toEqual([409, 'macs_shared'])
    await admin.patch(`/services/${two.service_id}`, { mac: null })
    expect((await setUnique(true))[0]).toBe(200)
    expect((await admin.get(`/tenants/${admin.tenant_id}`)).unique_macs).toBe(true)
    expect(await refused(admin, 'PATCH', `/services/${two.service_id}`, { mac })).toEqual([409, 'mac_taken'])
    expect(await refused(admin, 'POST', '/service_macs', { service_id: two.service_id, mac })).toEqual([
      409,
      'mac_taken',
    ])
    await admin.post(`/services/${one.service_id}/activate`)
    await admin.post(`/services/${one.service_id}/terminate`)
    await admin.post('/service_macs', { service_id: two.service_id, mac })
    expect(
      await refused(admin, 'POST', '/services', {
        customer_id: two.customer_id,
        tariff_id: tariff,
        login: 'third',
        mac,
      }),
    ).toEqual([409, 'mac_taken'])
    const support = await clientWithRole(isp, admin.tenant_id, 'support')
    expect(
      await refused(support, 'POST', `/tenants/${admin.tenant_id}/set_unique_macs`, { unique_macs: false }),
    ).toEqual([403, 'forbidden'])
  })
})
