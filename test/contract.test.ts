import { contract } from '#kernel/testing/contract.ts'
import type { Client } from './isp.ts'
import { admin, other, startTwoIsps, subject } from './two-isps.ts'

/** Every noun with the generic verbs keeps the same promises. Business nouns whose verbs are their own have their own tests. */
startTwoIsps()

contract('customers', async () => {
  const label = await other.post('/labels', { name: 'theirs' })
  const stranger = await other.post('/customers', { name: 'Somebody else’s' })
  const partner = (await other.get('/partners')).data[0]
  return subject({
    noun: 'customer',
    path: '/customers',
    scope: 'partner',
    valid: (n) => ({
      name: `Customer ${String(n).padStart(4, '0')}`,
      email: `c${n}@example.com`,
      min_balance: '-10.50',
      auto_block: true,
      city: n % 2 ? 'Łódź' : 'Kraków',
    }),
    change: { phone: '+48 600 100 200', auto_block: false, min_balance: '-20.00' },
    invalid: [
      [{ name: '' }, 'name', 'required'],
      [{ name: 'x'.repeat(201) }, 'name', 'too_long'],
      [{ name: 'a\0b' }, 'name', 'not_text'],
      [{ category: 'alien' }, 'category', 'not_a_choice'],
      [{ min_balance: '1.005' }, 'min_balance', 'not_money'],
      [{ min_balance: 1 }, 'min_balance', 'not_money'],
      [{ email: 'nope' }, 'email', 'not_an_email'],
      [{ billing_day: 32 }, 'billing_day', 'out_of_range'],
      [{ prepaid_period: 'P400D' }, 'prepaid_period', 'not_a_period'],
      [{ reminder_days: [5, 3] }, 'reminder_days', 'not_days'],
      [{ tax_exempt: true }, 'tax_exempt_reason', 'required'],
      [{ tax_id: 'PL7251868137' }, 'tax_id', 'wrong_check_digits'],
      [{ tax_id: '725186813', country: 'pl' }, 'tax_id', 'not_a_vat_number'],
      [{ company_number: 'KRS 1' }, 'company_number', 'other_category'],
      [{ birth_date: '2999-01-01' }, 'birth_date', 'out_of_range'],
      [{ balance: '5.00' }, 'balance', 'read_only'],
      [{ parent_id: 'x' }, 'parent_id', 'not_an_id'],
      [{ custom: { no_such: 1 } }, 'custom.no_such', 'unknown_field'],
    ],
    filterBy: 'city',
    sortBy: 'name',
    foreign: [
      ['label_ids', label.id],
      ['parent_id', stranger.id],
      ['partner_id', partner.id],
    ],
  })
})

contract('contacts', async () => {
  const stranger = await other.post('/customers', { name: 'Somebody else’s' })
  return subject({
    noun: 'contact',
    path: '/contacts',
    scope: 'partner',
    valid: async (n, by) => ({
      customer_id: (await by.post('/customers', { name: 'Holder' })).id,
      name: `Contact ${n}`,
      phone: '+48 22 123 45 67',
    }),
    change: { role: 'billing', roles: ['billing'], email: 'billing@example.com' },
    invalid: [
      [{ role: 'boss' }, 'role', 'not_a_choice'],
      [{ roles: ['billing', 'billing'] }, 'roles', 'not_roles'],
      [{ role: 'portal', phone: null }, 'email', 'required'],
      [{ preferences: { billing: ['email'] } }, 'preferences', 'not_reachable'],
      [{ preferences: { gossip: [] } }, 'preferences', 'not_preferences'],
      [{ phone: 'call me' }, 'phone', 'not_a_phone'],
    ],
    filterBy: 'customer_id',
    sortBy: 'created_at',
    foreign: [['customer_id', stranger.id]],
  })
})

contract('notes', async () => {
  const stranger = await other.post('/customers', { name: 'Somebody else’s' })
  return subject({
    noun: 'note',
    path: '/notes',
    scope: 'bearer',
    valid: async (n, by) => ({
      noun: 'customer',
      row_id: (await by.post('/customers', { name: 'Holder' })).id,
      text: `Called about line ${n}\nand again`,
      pinned: n % 2 === 0,
    }),
    change: { text: 'Settled', pinned: true },
    invalid: [
      [{ text: '' }, 'text', 'required'],
      [{ noun: 'nothing' }, 'noun', 'no_such_noun'],
      [{ noun: 'audit_event' }, 'noun', 'no_such_noun'],
      [{ noun: 'note' }, 'noun', 'no_such_noun'],
      [{ row_id: 'x' }, 'row_id', 'not_an_id'],
      [{ noun: 'service' }, 'row_id', 'no_such_service'],
      [{ author_name: 'The boss' }, 'author_name', 'read_only'],
    ],
    filterBy: 'pinned',
    sortBy: 'created_at',
    foreign: [['row_id', stranger.id]],
  })
})

contract('todos', async () => {
  const stranger = await other.post('/customers', { name: 'Somebody else’s' })
  return subject({
    noun: 'todo',
    path: '/todos',
    scope: 'bearer',
    valid: async (n, by) => ({
      noun: 'customer',
      row_id: (await by.post('/customers', { name: 'Holder' })).id,
      title: `Call back ${n}`,
      due_date: `2027-02-${String((n % 28) + 1).padStart(2, '0')}`,
    }),
    change: { title: 'Write back', due_date: '2027-03-01', pinned: true },
    invalid: [
      [{ title: 7 }, 'title', 'not_text'],
      [{ due_date: '2027-02-30' }, 'due_date', 'not_a_date'],
      [{ status: 'done' }, 'status', 'read_only'],
      [{ row_id: '01900000-0000-7000-8000-000000000000' }, 'row_id', 'no_such_customer'],
    ],
    filterBy: 'due_date',
    sortBy: 'due_date',
    foreign: [
      ['row_id', stranger.id],
      ['assignee_id', '01900000-0000-7000-8000-000000000000'],
    ],
  })
})

contract('labels', () =>
  subject({
    noun: 'label',
    path: '/labels',
    scope: 'tenant',
    valid: (n) => ({ name: `label ${String(n).padStart(4, '0')}`, color: 'red' }),
    change: { color: 'blue' },
    invalid: [
      [{ name: 7 }, 'name', 'not_text'],
      [{ name: null }, 'name', 'required'],
    ],
    filterBy: 'name',
    sortBy: 'name',
  }),
)

contract('routers', () =>
  subject({
    noun: 'router',
    path: '/routers',
    scope: 'tenant',
    valid: (n) => ({
      title: `BRAS ${n}`,
      nas_ip: `10.1.${Math.floor(n / 250)}.${(n % 250) + 1}`,
      radius_secret: 'testing123',
      nas_type: n % 2 ? 'mikrotik' : 'cisco',
    }),
    change: { coa_port: 1700, block_mode: 'walled' },
    invalid: [
      [{ nas_ip: '10.0.0.300' }, 'nas_ip', 'not_an_ip'],
      [{ coa_port: 70_000 }, 'coa_port', 'out_of_range'],
      [{ radius_secret: 7 }, 'radius_secret', 'not_text'],
    ],
    filterBy: 'nas_type',
    sortBy: 'created_at',
  }),
)

contract('access_devices', async () => {
  const router = await other.post('/routers', {
    title: 'Theirs',
    nas_ip: '10.9.9.8',
    radius_secret: 'testing123',
  })
  return subject({
    noun: 'access_device',
    path: '/access_devices',
    scope: 'tenant',
    valid: (n) => ({
      title: `OLT ${String(n).padStart(4, '0')}`,
      type: n % 2 ? 'olt' : 'switch',
      site: 'North',
      ports: n % 2 ? null : 24,
    }),
    change: { site: 'South', ports: 48, status: 'retired' },
    invalid: [
      [{ type: 'toaster' }, 'type', 'not_a_choice'],
      [{ ports: 0 }, 'ports', 'out_of_range'],
      [{ title: '' }, 'title', 'required'],
    ],
    filterBy: 'type',
    sortBy: 'title',
    foreign: [['router_id', router.id]],
  })
})

contract('ip_networks', async () => {
  const router = await other.post('/routers', {
    title: 'Theirs',
    nas_ip: '10.9.9.9',
    radius_secret: 'testing123',
  })
  return subject({
    noun: 'ip_network',
    path: '/ip_networks',
    scope: 'tenant',
    valid: (n) => ({ title: `Pool ${n}`, network: `100.64.${n}.0/24`, purpose: n % 2 ? 'pool' : 'static' }),
    change: { title: 'Renamed', purpose: 'infrastructure' },
    invalid: [
      [{ network: '100.64.0.1/24' }, 'network', 'host_bits_set'],
      [{ network: 'x' }, 'network', 'not_a_network'],
      [{ network: '2001:db8::/32' }, 'network', 'not_ipv4'],
    ],
    filterBy: 'purpose',
    sortBy: 'created_at',
    foreign: [['router_id', router.id]],
  })
})

contract('service_macs', async () => {
  const lineOf = async (by: Client, n: number) => {
    const customer = await by.post('/customers', { name: 'Holder' })
    // Whoever may see tariffs has been given this one by the administrator.
    const tariff = tariffs.get(by.tenant_id)!
    const whose = by.tenant_id === admin.tenant_id ? admin : other
    return whose.post('/services', { customer_id: customer.id, tariff_id: tariff, login: `holder-${n}` })
  }
  const tariffs = new Map<string, string>()
  for (const by of [admin, other]) {
    const speeds = { speed_download_kbps: 1000, speed_upload_kbps: 1000 }
    const body = { title: 'For devices', service_type: 'internet', price: '1.00', ...speeds }
    tariffs.set(by.tenant_id, String((await by.post('/tariffs', body)).id))
  }
  const stranger = await lineOf(other, 0)
  return subject({
    noun: 'service_mac',
    path: '/service_macs',
    scope: 'partner',
    valid: async (n, by) => ({
      service_id: (await lineOf(by, n)).id,
      mac: `02:00:5e:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`,
      note: 'Set-top box',
    }),
    change: { note: 'A second router', mac: '02:00:5e:ff:ff:ff' },
    invalid: [
      [{ mac: '02:00' }, 'mac', 'not_a_mac'],
      [{ service_id: 'x' }, 'service_id', 'not_an_id'],
    ],
    filterBy: 'mac',
    sortBy: 'mac',
    foreign: [['service_id', stranger.id]],
  })
})

contract('partners', async () => {
  const partner = (await other.get('/partners')).data[0]
  return subject({
    noun: 'partner',
    path: '/partners',
    scope: 'partner',
    valid: (n) => ({ name: `Partner ${String(n).padStart(4, '0')}`, email: `p${n}@example.com` }),
    change: { email: 'new@example.com', phone: '+48 1234' },
    invalid: [[{ email: '@' }, 'email', 'not_an_email']],
    filterBy: 'name',
    sortBy: 'name',
    foreign: [['parent_id', partner.id]],
  })
})

contract('roles', () =>
  subject({
    noun: 'role',
    path: '/roles',
    scope: 'tenant',
    valid: (n) => ({
      name: `Role ${String(n).padStart(4, '0')}`,
      grants: [{ noun: 'customer', actions: ['list'] }],
    }),
    change: { description: 'Reads customers', grants: [{ noun: 'customer', actions: ['list', 'get'] }] },
    invalid: [
      [{ grants: 'all' }, 'grants', 'bad_grant'],
      [{ grants: [{ noun: 1 }] }, 'grants', 'bad_grant'],
    ],
    filterBy: 'name',
    sortBy: 'name',
  }),
)

contract('saved_views', () =>
  subject({
    noun: 'saved_view',
    path: '/saved_views',
    scope: 'tenant',
    valid: (n) => ({ noun: n % 2 ? 'customer' : 'service', name: `View ${n}`, query: { status: 'active' } }),
    change: { name: 'Better', query: { status: 'blocked', columns: ['name'] } },
    invalid: [[{ shared: 'yes' }, 'shared', 'not_a_boolean']],
    filterBy: 'noun',
    sortBy: 'created_at',
  }),
)

/** An administrator's own noun with a field of each kind. */
const tower = {
  name: 'tower',
  label: 'Tower',
  fields: [
    { name: 'name', kind: 'text', required: true, max: 80, searchable: true },
    { name: 'height_m', kind: 'integer', min: 1, max: 400, unit: 'm' },
    {
      name: 'state',
      kind: 'choice',
      values: ['planned', 'built', 'gone'],
      required: true,
      default: 'planned',
    },
    { name: 'rent', kind: 'money' },
    { name: 'share', kind: 'percent' },
    { name: 'ratio', kind: 'decimal' },
    { name: 'capacity_kbps', kind: 'kbps' },
    { name: 'stored_bytes', kind: 'bytes' },
    { name: 'lit', kind: 'boolean' },
    { name: 'built_on', kind: 'date' },
    { name: 'seen_at', kind: 'datetime' },
    { name: 'contact', kind: 'email' },
    { name: 'call', kind: 'phone', searchable: true },
    { name: 'page', kind: 'url' },
    { name: 'notes', kind: 'long_text' },
    { name: 'management_ip', kind: 'ip', searchable: true },
    { name: 'network', kind: 'cidr' },
    { name: 'mac', kind: 'mac' },
    { name: 'order', kind: 'json' },
    { name: 'key', kind: 'secret' },
    { name: 'tariff_id', kind: 'reference', to: 'tariff' },
    { name: 'label_ids', kind: 'references', to: 'label' },
    { name: 'above_id', kind: 'reference', to: 'tower' },
  ],
}

contract('a custom entity', async () => {
  await admin.post('/entities', tower)
  await other.post('/entities', tower)
  const [tariff, theirs] = await Promise.all(
    [admin, other].map((client) =>
      client.post('/tariffs', { title: 'Backhaul', service_type: 'recurring', price: '9.00' }),
    ),
  )
  const [ours, label] = await Promise.all(
    [admin, other].map((client) => client.post('/labels', { name: 'rural' })),
  )
  const above = await other.post('/x/tower', { name: 'Theirs' })
  return subject({
    noun: 'tower',
    path: '/x/tower',
    scope: 'tenant',
    valid: (n) => ({
      name: `Tower ${String(n).padStart(4, '0')}`,
      height_m: n,
      state: n % 2 ? 'built' : 'gone',
      rent: n === 2 ? null : `${n * 100}.50`,
      share: '12.5',
      ratio: '-0.000001',
      capacity_kbps: 1_000_000,
      stored_bytes: 9_007_199_254_740_991,
      lit: n % 2 === 0,
      built_on: '2020-02-29',
      seen_at: '2026-11-23T10:00:00.5+01:00',
      contact: 'Tower@Example.com',
      call: '+48 22 100 20 30',
      page: 'https://example.com/tower',
      notes: '=1+1\n"quoted", ąę',
      management_ip: n % 2 ? '10.0.0.1' : '2001:db8::1',
      network: '10.0.0.0/24',
      mac: '02-00-5E-10-00-01',
      order: { b: 1, a: [1, 'x'] },
      key: 'hush',
      tariff_id: tariff!.id,
      label_ids: [ours!.id],
    }),
    change: { height_m: 42, rent: '77.00', lit: null, seen_at: '2027-01-01T00:00:00.000Z', order: [1] },
    invalid: [
      [{ name: '' }, 'name', 'required'],
      [{ name: 'x'.repeat(81) }, 'name', 'too_long'],
      [{ height_m: 401 }, 'height_m', 'out_of_range'],
      [{ height_m: '4' }, 'height_m', 'not_a_whole_number'],
      [{ state: 'floating' }, 'state', 'not_a_choice'],
      [{ rent: '1.005' }, 'rent', 'not_money'],
      [{ lit: 'yes' }, 'lit', 'not_a_boolean'],
      [{ built_on: '2021-02-29' }, 'built_on', 'not_a_date'],
      [{ seen_at: 'now' }, 'seen_at', 'not_an_instant'],
      [{ management_ip: '10.0.0.256' }, 'management_ip', 'not_an_ip'],
      [{ page: 'javascript:alert(1)' }, 'page', 'not_a_url'],
    ],
    filterBy: 'rent',
    sortBy: 'height_m',
    foreign: [
      ['tariff_id', theirs!.id],
      ['label_ids', label!.id],
      ['above_id', above.id],
    ],
  })
})

/** A row that belongs to a customer: partners see their own. */
contract('a custom entity of customers', async () => {
  const device = {
    name: 'device',
    plural: 'devices',
    title_field: 'serial',
    fields: [
      { name: 'serial', kind: 'text', required: true, unique: true, searchable: true },
      { name: 'customer_id', kind: 'reference', to: 'customer', required: true },
      { name: 'model', kind: 'choice', values: ["O'Neil \\ 5", 'ONT'], required: true },
      { name: 'installed_on', kind: 'date' },
    ],
  }
  await admin.post('/entities', device)
  await other.post('/entities', { ...device, name: 'thing', plural: 'things' })
  const stranger = await other.post('/customers', { name: 'Somebody else’s' })
  return subject({
    noun: 'device',
    path: '/x/device',
    scope: 'partner',
    valid: async (n, by) => ({
      serial: `SN-${String(n).padStart(5, '0')}`,
      customer_id: (await by.post('/customers', { name: 'Holder' })).id,
      model: n % 2 ? 'ONT' : "O'Neil \\ 5",
      installed_on: '2026-01-01',
    }),
    change: { model: 'ONT', installed_on: null },
    invalid: [
      [{ model: 'x' }, 'model', 'not_a_choice'],
      [{ customer_id: 'x' }, 'customer_id', 'not_an_id'],
    ],
    filterBy: 'model',
    sortBy: 'serial',
    foreign: [['customer_id', stranger.id]],
  })
})
