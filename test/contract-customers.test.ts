import { contract } from '#kernel/testing/contract.ts'
import { other, startTwoIsps, subject } from './two-isps.ts'

/** The nouns around a customer keep the promises of every noun. */
startTwoIsps()

contract('billing_defaults', async () => {
  const partner = (await other.get('/partners')).data[0]
  return subject({
    noun: 'billing_default',
    path: '/billing_defaults',
    scope: 'partner',
    valid: async (n, by) => ({
      partner_id: (await by.post('/partners', { name: `Seller ${Math.random()}` })).id,
      due_days: n,
      min_balance: '-5.00',
      reminder_days: [-3, n],
    }),
    change: { blocking_days: 14, min_balance: null, billing_type: 'prepaid' },
    invalid: [
      [{ due_days: 91 }, 'due_days', 'out_of_range'],
      [{ billing_type: 'barter' }, 'billing_type', 'not_a_choice'],
      [{ prepaid_period: 'P0M' }, 'prepaid_period', 'not_a_period'],
      [{ reminder_days: 'often' }, 'reminder_days', 'not_days'],
      [{ min_balance: 5 }, 'min_balance', 'not_money'],
    ],
    filterBy: 'partner_id',
    sortBy: 'created_at',
    foreign: [['partner_id', partner.id]],
  })
})

contract('billing_policies', async () => {
  const partner = (await other.get('/partners')).data[0]
  const stranger = await other.post('/customers', { name: 'Somebody else’s' })
  return subject({
    noun: 'billing_policy',
    path: '/billing_policies',
    scope: 'partner',
    valid: async (n, by) => ({
      partner_id: (await by.post('/partners', { name: `Seller ${Math.random()}` })).id,
      fee_up: `${n}.00`,
      refund: 'none',
    }),
    change: {
      refund: 'unused',
      fee_up: null,
      charge: 'next_bill',
      first_period: 'deferred',
      min_invoice: '5.00',
    },
    invalid: [
      [{ refund: 'some' }, 'refund', 'not_a_choice'],
      [{ fee_down: '-1.00' }, 'fee_down', 'out_of_range'],
      [{ fee_up: 5 }, 'fee_up', 'not_money'],
      [{ first_period: 'half' }, 'first_period', 'not_a_choice'],
      [{ longer_periods: 'full' }, 'longer_periods', 'not_a_choice'],
      [{ min_invoice: '-1.00' }, 'min_invoice', 'out_of_range'],
    ],
    filterBy: 'partner_id',
    sortBy: 'created_at',
    foreign: [
      ['partner_id', partner.id],
      ['customer_id', stranger.id],
    ],
  })
})

contract('document_templates', async () => {
  const partner = (await other.get('/partners')).data[0]
  return subject({
    noun: 'document_template',
    path: '/document_templates',
    scope: 'partner',
    valid: (n) => ({
      name: `Invoice ${String(n).padStart(4, '0')}`,
      kind: 'invoice',
      before_lines: 'Dear {{customer.name}},',
    }),
    change: { language: 'de', title: 'Rechnung {{invoice.number}}' },
    invalid: [
      [{ name: '' }, 'name', 'required'],
      [{ kind: 'letter' }, 'kind', 'not_a_choice'],
      [{ language: 'xx' }, 'language', 'not_a_choice'],
      [{ before_lines: 'Dear {{customer.nmae}}' }, 'before_lines', 'unknown_placeholder'],
      [{ after_lines: 'Dear {{customer.name}' }, 'after_lines', 'bad_placeholder'],
      [{ footer: '{{contract.number}}' }, 'footer', 'unknown_placeholder'],
    ],
    filterBy: 'kind',
    sortBy: 'name',
    foreign: [['partner_id', partner.id]],
  })
})

contract('addresses', async () => {
  const [stranger, partner] = [
    await other.post('/customers', { name: 'Somebody else’s' }),
    (await other.get('/partners')).data[0],
  ]
  const theirs = await other.post('/addresses', { street: 'Elsewhere 1' })
  return subject({
    noun: 'address',
    path: '/addresses',
    scope: 'partner',
    valid: (n) => ({
      street: `Długa ${String(n).padStart(4, '0')}`,
      city: n % 2 ? 'Łódź' : 'Kraków',
      postal_code: `90-${String(n).padStart(3, '0')}`,
      latitude: '51.759249',
      longitude: '-0.000001',
    }),
    change: { unit: '12a', city: 'Gdynia', directions: 'Gate code 1234\nMind the dog' },
    invalid: [
      [{ street: '' }, 'street', 'required'],
      [{ latitude: '90.1' }, 'latitude', 'out_of_range'],
      [{ latitude: null }, 'latitude', 'required'],
      [{ longitude: 19 }, 'longitude', 'not_a_decimal'],
      [{ country: 'POL' }, 'country', 'too_long'],
    ],
    filterBy: 'city',
    sortBy: 'street',
    foreign: [
      ['customer_id', stranger.id],
      ['partner_id', partner.id],
      ['building_id', theirs.id],
    ],
  })
})
