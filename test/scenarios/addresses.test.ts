import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientWith } from '#kernel/testing/contract.ts'
import { newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

const flat = { street: 'Długa 7', unit: 'm. 12', city: 'Gdynia', postal_code: '81-001', country: 'pl' }
const asPrinted = { street: 'Długa 7, m. 12', city: 'Gdynia', postal_code: '81-001', country: 'PL' }
const refusal = async (client: Client, method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => {
  const answer = await client.call(method, path, body)
  return [answer.status, answer.body.errors?.[0]?.code ?? answer.body.code]
}

describe('addresses', () => {
  test('an address that was known before becomes that of the customer who is billed there', async () => {
    const address = await admin.post('/addresses', flat)
    expect(address).toMatchObject({ customer_id: null, country: 'PL' })
    const customer = await admin.post('/customers', { name: 'Jane Doe', billing_address_id: address.id })
    expect(customer).toMatchObject(asPrinted)
    expect((await admin.get(`/addresses/${address.id}`)).customer_id).toBe(customer.id)
    const [claimed] = (await admin.get(`/addresses/${address.id}/history`)).data
    expect(claimed).toMatchObject({ action: 'claimed', cause: [{ type: 'customer.created' }] })
    expect(await refusal(admin, 'POST', '/customers', { name: 'B', service_address_id: address.id })).toEqual(
      [422, 'of_another_customer'],
    )
  })

  test('the customer’s own street and city and its billing address stay in step, both ways', async () => {
    const customer = await admin.post('/customers', { name: 'Step', street: 'Old 1', city: 'Sopot' })
    const address = await admin.post('/addresses', flat)
    const at = () => admin.get(`/addresses/${address.id}`)
    const printed = async () => {
      const { street, city, postal_code, country } = await admin.get(`/customers/${customer.id}`)
      return { street, city, postal_code, country }
    }
    await admin.patch(`/customers/${customer.id}`, { billing_address_id: address.id })
    expect(await printed()).toEqual(asPrinted)

    await admin.patch(`/addresses/${address.id}`, { unit: null, city: 'Reda' })
    expect(await printed()).toEqual({ ...asPrinted, street: 'Długa 7', city: 'Reda' })
    expect((await admin.get(`/customers/${customer.id}/history`)).data[0]).toMatchObject({
      reason: 'the billing address changed',
      changes: { street: ['Długa 7, m. 12', 'Długa 7'], city: ['Gdynia', 'Reda'] },
    })

    await admin.patch(`/customers/${customer.id}`, { street: 'Krótka 2', postal_code: null })
    expect(await at()).toMatchObject({ street: 'Krótka 2', city: 'Reda', postal_code: null })
    const other = await admin.post('/addresses', { street: 'New 3', city: 'Hel' })
    await admin.patch(`/customers/${customer.id}`, { billing_address_id: other.id, city: 'Jurata' })
    expect(await printed()).toMatchObject({ street: 'New 3', city: 'Jurata' })
    expect((await admin.get(`/addresses/${other.id}`)).city).toBe('Jurata')
    expect((await at()).street).toBe('Krótka 2')
    expect(await refusal(admin, 'PATCH', `/customers/${customer.id}`, { street: null })).toEqual([
      422,
      'required',
    ])
    // Taken off, the customer keeps what it says of itself, and stands alone.
    await admin.patch(`/customers/${customer.id}`, { billing_address_id: null, street: 'Alone 4' })
    expect(await printed()).toMatchObject({ street: 'Alone 4', city: 'Jurata' })
    expect((await admin.get(`/addresses/${other.id}`)).street).toBe('New 3')
  })

  test('an address in use is neither given away nor removed; a free one is', async () => {
    const [one, two] = [await admin.post('/addresses', flat), await admin.post('/addresses', flat)]
    const customer = await admin.post('/customers', {
      name: 'User',
      service_address_id: one.id,
      postal_address_id: one.id,
    })
    expect(customer.street).toBeNull()
    const stranger = await admin.post('/customers', { name: 'Stranger' })
    for (const customer_id of [null, stranger.id])
      expect(await refusal(admin, 'PATCH', `/addresses/${one.id}`, { customer_id })).toEqual([
        409,
        'address_in_use',
      ])
    expect(await refusal(admin, 'DELETE', `/addresses/${one.id}`)).toEqual([409, 'still_used'])
    await admin.patch(`/customers/${customer.id}`, { service_address_id: null, postal_address_id: null })
    await admin.patch(`/addresses/${one.id}`, { customer_id: stranger.id })
    expect((await admin.get(`/addresses?customer_id=${stranger.id}`)).data.map((row: any) => row.id)).toEqual(
      [one.id],
    )
    expect((await admin.call('DELETE', `/addresses/${two.id}`)).status).toBe(204)
  })

  test('flats lie in a building, buildings in none', async () => {
    const building = await admin.post('/addresses', { street: 'Tower 1' })
    const inside = await admin.post('/addresses', { street: 'Tower 1', unit: '5', building_id: building.id })
    expect(
      (await admin.get(`/addresses?building_id=${building.id}&include=building_id`))._refs[building.id].title,
    ).toBe('Tower 1')
    expect(await refusal(admin, 'POST', '/addresses', { street: 'X', building_id: inside.id })).toEqual([
      422,
      'not_a_building',
    ])
    expect(await refusal(admin, 'PATCH', `/addresses/${building.id}`, { building_id: inside.id })).toEqual([
      422,
      'not_a_building',
    ])
  })

  test('belong to the customer’s partner, and go with it', async () => {
    const north = await admin.post('/partners', { name: 'North' })
    const south = await admin.post('/partners', { name: 'South' })
    const seller = await clientWith({ isp, admin }, [{ noun: '*', actions: ['*'] }], north.id)
    const address = await seller.post('/addresses', flat)
    expect(address.partner_id).toBe(north.id)
    const customer = await seller.post('/customers', { name: 'Northern', billing_address_id: address.id })
    await admin.patch(`/customers/${customer.id}`, { partner_id: south.id })
    expect((await admin.get(`/addresses/${address.id}`)).partner_id).toBe(south.id)
    expect((await seller.call('GET', `/addresses/${address.id}`)).status).toBe(404)
    expect(await refusal(admin, 'PATCH', `/addresses/${address.id}`, { partner_id: north.id })).toEqual([
      422,
      'of_the_customer',
    ])
    const unseen = await admin.post('/addresses', flat)
    expect(await refusal(seller, 'POST', '/customers', { name: 'N', billing_address_id: unseen.id })).toEqual(
      [422, 'no_such_address'],
    )
  })

  test('are found by the search, and say what is sold there', async () => {
    const location = await admin.post('/locations', { name: 'Hel', cities: 'Hel' })
    const tariff = await admin.post('/tariffs', {
      title: 'Sea cable',
      service_type: 'recurring',
      price: '10.00',
      location_ids: [location.id],
    })
    const sea = await admin.post('/addresses', { street: 'Morska 9', city: 'Hel' })
    const found = await admin.get('/search?q=morska')
    expect(found.data).toContainEqual(expect.objectContaining({ noun: 'address', id: sea.id }))
    const sold = async (query: string) =>
      (await admin.get(`/tariffs/offered?${query}`)).data.some((row: any) => row.id === tariff.id)
    const land = await admin.post('/addresses', { street: 'Polna 1', city: 'Reda' })
    expect([await sold(`address_id=${sea.id}`), await sold(`address_id=${land.id}`)]).toEqual([true, false])
    // A customer is served at its service address, wherever the bills go.
    const customer = await admin.post('/customers', {
      name: 'Skipper',
      city: 'Reda',
      service_address_id: sea.id,
    })
    expect(await sold(`customer_id=${customer.id}`)).toBe(true)
    expect((await admin.call('GET', '/tariffs/offered?address_id=x')).status).toBe(404)
    const service = { customer_id: customer.id, tariff_id: tariff.id }
    expect((await admin.call('POST', '/services', service)).status).toBe(201)
  })
})
