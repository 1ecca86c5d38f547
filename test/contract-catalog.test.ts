import { contract } from '#kernel/testing/contract.ts'
import { other, startTwoIsps, subject } from './two-isps.ts'

/** The catalogue's nouns keep every noun's promises. */
startTwoIsps()

contract('tariffs', async () => {
  const tax = await other.post('/taxes', { name: 'Theirs', rate: '8' })
  const category = await other.post('/revenue_categories', { name: 'Theirs' })
  const location = await other.post('/locations', { name: 'Theirs', country: 'DE' })
  const partner = (await other.get('/partners')).data[0]
  return subject({
    noun: 'tariff',
    path: '/tariffs',
    scope: 'tenant',
    valid: (n) => ({
      title: `Fibre ${String(n).padStart(4, '0')}`,
      price: '30.00',
      ...(n % 2
        ? { service_type: 'internet', speed_download_kbps: 1000, speed_upload_kbps: 500 }
        : { service_type: 'recurring' }),
    }),
    change: { price: '31.50', description: 'Now\nwith more' },
    invalid: [
      [{ price: '30.005' }, 'price', 'not_money'],
      [{ price: '-1.00' }, 'price', 'out_of_range'],
      [{ price: '9999999999999999.00' }, 'price', 'not_money'],
      [{ speed_download_kbps: 1.5 }, 'speed_download_kbps', 'not_a_whole_number'],
      [{ included_minutes: 5 }, 'included_minutes', 'not_for_kind'],
      [{ customer_category: 'nobody' }, 'customer_category', 'not_a_choice'],
    ],
    filterBy: 'service_type',
    sortBy: 'title',
    foreign: [
      ['tax_id', tax.id],
      ['revenue_category_id', category.id],
      ['location_ids', location.id],
      ['partner_ids', partner.id],
    ],
  })
})

contract('revenue_categories', async () => {
  const account = (await other.get('/accounts?code=4000')).data[0]
  return subject({
    noun: 'revenue_category',
    path: '/revenue_categories',
    scope: 'tenant',
    valid: (n) => ({ name: `Revenue ${String(n).padStart(4, '0')}`, code: `70${n}` }),
    change: { code: '799' },
    invalid: [[{ code: 7 }, 'code', 'not_text']],
    filterBy: 'name',
    sortBy: 'name',
    foreign: [['account_id', account.id]],
  })
})

contract('locations', () =>
  subject({
    noun: 'location',
    path: '/locations',
    scope: 'tenant',
    valid: (n) => ({ name: `Area ${String(n).padStart(4, '0')}`, cities: `City ${n}` }),
    change: { postal_codes: '58-5', country: 'PL' },
    invalid: [
      [{ cities: null }, 'cities', 'required'],
      [{ country: 'Poland' }, 'country', 'too_long'],
    ],
    filterBy: 'name',
    sortBy: 'name',
  }),
)

contract('coupons', async () => {
  const label = await other.post('/labels', { name: 'Theirs' })
  const partner = (await other.get('/partners')).data[0]
  return subject({
    noun: 'coupon',
    path: '/coupons',
    scope: 'tenant',
    valid: (n) => ({
      code: `SUMMER${String(n).padStart(4, '0')}`,
      label: `Summer ${n}`,
      kind: 'percent',
      percent: '10',
    }),
    change: { label: 'Summer sale', max_redemptions: 100, status: 'retired' },
    invalid: [
      [{ percent: null }, 'percent', 'required'],
      [{ amount: '5.00' }, 'amount', 'other_kind'],
      [{ percent: '101' }, 'percent', 'out_of_range'],
      [{ periods: 3 }, 'periods', 'not_in_mode'],
      [{ duration: 'periods' }, 'periods', 'required'],
      [{ valid_from: '2027-03-02', valid_to: '2027-03-01' }, 'valid_to', 'before_start'],
      [{ redeemed: 7 }, 'redeemed', 'read_only'],
    ],
    filterBy: 'status',
    sortBy: 'code',
    foreign: [
      ['label_ids', label.id],
      ['partner_ids', partner.id],
    ],
  })
})

contract('tariff_phases', async () => {
  const stranger = await other.post('/tariffs', { title: 'Theirs', price: '1.00', service_type: 'recurring' })
  return subject({
    noun: 'tariff_phase',
    path: '/tariff_phases',
    scope: 'tenant',
    valid: async (n, by) => ({
      tariff_id: (
        await by.post('/tariffs', { title: `Phased ${n}`, price: '20.00', service_type: 'recurring' })
      ).id,
      position: (n % 20) + 1,
      name: 'Promotion',
      length: n,
      price: '10.00',
    }),
    change: { length_unit: 'days', price: '0.00' },
    invalid: [
      [{ price: null }, 'price', 'required'],
      [{ percent: '50' }, 'percent', 'other_kind'],
      [{ length: 0 }, 'length', 'out_of_range'],
    ],
    filterBy: 'tariff_id',
    sortBy: 'position',
    foreign: [['tariff_id', stranger.id]],
  })
})

contract('bundle_items', async () => {
  const stranger = await other.post('/tariffs', { title: 'Theirs', price: '1.00', service_type: 'bundle' })
  return subject({
    noun: 'bundle_item',
    path: '/bundle_items',
    scope: 'tenant',
    valid: async (n, by) => ({
      tariff_id: (await by.post('/tariffs', { title: `Bundle ${n}`, price: '20.00', service_type: 'bundle' }))
        .id,
      item_tariff_id: (
        await by.post('/tariffs', { title: `Part ${n}`, price: '5.00', service_type: 'recurring' })
      ).id,
      position: n,
    }),
    change: { quantity: 2 },
    invalid: [
      [{ quantity: 0 }, 'quantity', 'out_of_range'],
      [{ position: 0 }, 'position', 'out_of_range'],
    ],
    filterBy: 'tariff_id',
    sortBy: 'position',
    foreign: [
      ['tariff_id', stranger.id],
      ['item_tariff_id', stranger.id],
    ],
  })
})

contract('taxes', () =>
  subject({
    noun: 'tax',
    path: '/taxes',
    scope: 'tenant',
    valid: (n) => ({ name: `VAT ${String(n).padStart(4, '0')}`, rate: '21.5' }),
    change: { rate: '8.25' },
    invalid: [
      [{ rate: '101' }, 'rate', 'out_of_range'],
      [{ rate: '0.12345' }, 'rate', 'not_a_decimal'],
    ],
    filterBy: 'name',
    sortBy: 'name',
  }),
)
