import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import pg from 'pg'
import { radiusPorts } from '#modules/radius/index.ts'
import { createRadiusClient } from '@isp/radius'
import { advance, settled, type Client, type TestIsp } from '../isp.ts'
import { newTariff, runBilling } from './billing-kit.ts'
import { upload } from './files-kit.ts'

/** Somebody with something of everything, as an ISP comes to know a customer over a year. */
export const anna = {
  name: 'Anna Maria Wiśniewska-Zając',
  first_name: 'Anna Maria',
  last_name: 'Wiśniewska-Zając',
  email: 'anna.zajac@post.example',
  phone: '+48 601 222 333',
  street: 'Krańcowa 77b',
  postal_code: '61-037',
  tax_id: 'PL5261040828',
  birth_date: '1984-02-29',
  external_id: 'OLD-ANNA-7',
}
const wasCalled = 'Anna Maria Przedmałżeńska'
export const login = 'anna.zajac'
export const mac = '02:00:5e:aa:bb:cc'
export const contact = { name: 'Bożydar Sekretny', email: 'bozydar@post.example', phone: '+48 602 999 888' }

/** What must be found nowhere once she is erased. */
export const tells = [
  anna.name,
  anna.last_name,
  wasCalled,
  anna.email,
  '601 222 333',
  '601222333',
  anna.street,
  anna.tax_id,
  '5261040828',
  anna.external_id,
  anna.birth_date,
  login,
  mac,
  '02005eaabbcc',
  'AA-BB-CC',
  contact.name,
  contact.email,
  '602 999 888',
  '602999888',
  'two dogs',
  'divorce',
  'late grandmother',
  'asked her solicitor',
  'signed paper in the blue folder',
  '10.66.7.8',
  'PESEL',
  'chess club',
  'passport',
  '02:00:5e:dd:ee',
  'chess computer',
]

export type Story = {
  customer_id: string
  service_id: string
  invoice_id: string
  import_id: string
  /** The other line of the import, who stays as he is. */
  neighbour: { id: string; name: string; email: string; login: string }
}

export async function liveThrough(isp: TestIsp, admin: Client): Promise<Story> {
  const neighbour = { name: 'Jan Sąsiad', email: 'jan@post.example', login: 'jan.sasiad' }
  await newTariff(admin, '30.00', { title: 'Fibre 100' })
  await admin.post('/custom_fields', { noun: 'customer', name: 'hobby', label: 'Hobby', kind: 'text' })
  await admin.post('/routers', {
    title: 'BRAS',
    nas_ip: '127.0.0.9',
    nas_type: 'mikrotik',
    radius_secret: 'testing123',
  })
  const csv = [
    'external id;name;email;tariff;login;password',
    `${anna.external_id};${wasCalled};${anna.email};Fibre 100;${login};secret-1`,
    `N-1;${neighbour.name};${neighbour.email};Fibre 100;${neighbour.login};secret-2`,
    `N-2;;${anna.email};Fibre 100;other;secret-3`,
  ].join('\n')
  const started = (
    await isp.server.inject({
      method: 'POST',
      url: '/api/v1/imports?noun=customers&mode=run',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'text/csv' },
      payload: csv,
    })
  ).json() as { id: string }
  await settled(isp, admin.tenant_id)
  const { data: people } = await admin.get('/customers?limit=10')
  const found = (name: string) => people.find((row: { name: string }) => row.name === name)
  const customer_id: string = found(wasCalled).id
  const [service] = (await admin.get(`/services?customer_id=${customer_id}`)).data
  const { external_id: _, ...told } = anna
  await admin.patch(`/customers/${customer_id}`, {
    ...told,
    city: 'Poznań',
    country: 'PL',
    custom: { hobby: 'chess club' },
  })
  await admin.patch(`/services/${service.id}`, { mac, description: 'Line of the late grandmother' })
  for (const other of ['02:00:5e:dd:ee:01', '02:00:5e:dd:ee:02'])
    await admin.post('/service_macs', { service_id: service.id, mac: other, note: 'her chess computer' })
  const spoken = await admin.post('/contacts', { customer_id, ...contact })
  await admin.post('/addresses', {
    customer_id,
    street: anna.street,
    unit: 'flat 3',
    city: 'Poznań',
    latitude: '52.4',
    longitude: '16.9',
    directions: 'Beware of two dogs',
  })
  await admin.post('/consents', {
    customer_id,
    contact_id: spoken.id,
    purpose: 'marketing',
    status: 'given',
    obtained_by: 'paper',
    wording: 'See the signed paper in the blue folder',
  })
  const note = await admin.post('/notes', {
    noun: 'customer',
    row_id: customer_id,
    text: 'In the middle of a divorce',
  })
  await admin.post('/notes', {
    noun: 'contact',
    row_id: spoken.id,
    text: `${contact.name} asked her solicitor`,
  })
  await admin.delete(`/notes/${note.id}`)
  await admin.post('/todos', { noun: 'service', row_id: service.id, title: `Call ${anna.name}` })
  await upload(isp, admin, `noun=customer&row_id=${customer_id}&name=passport-anna.txt`, 'PESEL 84022912345')
  const thrown = await upload(
    isp,
    admin,
    `noun=service&row_id=${service.id}&name=old-passport.txt`,
    'PESEL old',
  )
  await admin.delete(`/files/${thrown.body.id}`)
  await talkRadius(isp)
  await settled(isp, admin.tenant_id)
  await admin
    .post('/saved_views', {
      noun: 'customer',
      name: 'mine',
      query: { name: anna.name },
      shared: false,
    })
    .catch(() => undefined)
  await advance(isp, admin.tenant_id, '31d')
  await runBilling(isp, admin, '2027-02-01')
  const [invoice] = (await admin.get(`/invoices?customer_id=${customer_id}`)).data
  await admin.post('/payments', {
    customer_id,
    amount: invoice.total,
    method: 'bank_transfer',
    date: '2027-02-01',
    reference: `${anna.name}, thanks`,
    comment: 'paid from the account of the late grandmother',
  })
  await admin.post(`/customers/${customer_id}/block`, { reason: 'because of the divorce' })
  await admin.post(`/customers/${customer_id}/unblock`, { reason: `${anna.name} called` })
  await settled(isp, admin.tenant_id)
  return {
    customer_id,
    service_id: service.id,
    invoice_id: invoice.id,
    import_id: started.id,
    neighbour: { ...neighbour, id: found(neighbour.name).id },
  }
}

/** Logs in with a wrong password and a right one, uses her line, and hangs up. */
async function talkRadius(isp: TestIsp): Promise<void> {
  const nas = createRadiusClient({
    ...radiusPorts(isp.app)!,
    secret: 'testing123',
    bind_address: '127.0.0.9',
    schedule_ms: [500, 500, 500, 500],
  })
  const packet = (kind: string, more: Record<string, unknown> = {}) =>
    nas.account({
      'User-Name': login,
      'Acct-Session-Id': '81a0001',
      'Acct-Status-Type': kind,
      'Framed-IP-Address': '10.66.7.8',
      'Calling-Station-Id': mac,
      ...more,
    } as never)
  try {
    await new Promise((resolve) => setTimeout(resolve, 300))
    await packet('Start')
    await packet('Stop', { 'Acct-Session-Time': 600, 'Acct-Input-Octets': 1000, 'Acct-Output-Octets': 2000 })
  } finally {
    await nas.close()
  }
}

/** She leaves: everything is ended, and nothing is owed. */
export async function leave(isp: TestIsp, admin: Client, { customer_id }: Story): Promise<void> {
  await admin.post(`/customers/${customer_id}/disable`, { reason: 'moved after the divorce' })
  await settled(isp, admin.tenant_id)
  for (const { id } of (await admin.get(`/payments?customer_id=${customer_id}`)).data)
    await admin.post(`/payments/${id}/refund`, { reason: 'paid back after the divorce' })
  const { balance } = await admin.get(`/customers/${customer_id}`)
  await admin.post('/payments', { customer_id, amount: balance.slice(1), method: 'cash', date: '2027-02-01' })
  await settled(isp, admin.tenant_id)
}

/** Every place in the database or the store of files where any of the texts stands. */
export async function foundIn(isp: TestIsp, texts: readonly string[]): Promise<string[]> {
  const client = new pg.Client(isp.database.admin)
  await client.connect()
  const places: string[] = []
  try {
    const { rows: columns } = await client.query<{ schema: string; table: string; column: string }>(`
      select n.nspname as schema, c.relname as table, a.attname as column
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`)
    for (const { schema, table, column } of columns) {
      const name = [schema, table].map((part) => client.escapeIdentifier(part)).join('.')
      const value = client.escapeIdentifier(column)
      const { rows } = await client.query<{ text: string }>(
        `select case when pg_typeof(${value})::text = 'bytea' then encode(${value}::text::bytea, 'escape') else ${value}::text end as text
         from ${name} where ${value} is not null`,
      )
      for (const { text } of rows) {
        const readable = text.startsWith('\\\\x') ? Buffer.from(text.slice(3), 'hex').toString() : text
        for (const wanted of texts)
          if (readable.toLowerCase().includes(wanted.toLowerCase()))
            places.push(`${table}.${column}: ${wanted}: ${readable.slice(0, 160)}`)
      }
    }
  } finally {
    await client.end()
  }
  const folder = join(isp.app.config.data_dir, 'files')
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue
    const content = (await readFile(join(entry.parentPath, entry.name))).toString()
    for (const wanted of texts) if (content.includes(wanted)) places.push(`files/${entry.name}: ${wanted}`)
  }
  return [...new Set(places)]
}

/** The entries of a ZIP by name, read by its central directory (APPNOTE 4.3.12). */
export function unzipped(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const entries = new Map<string, Buffer>()
  let at = zip.readUInt32LE(end + 16)
  for (let n = zip.readUInt16LE(end + 10); n > 0; n--) {
    const [name_length, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset))
    const name = zip.subarray(at + 46, at + 46 + name_length!).toString()
    const local = zip.readUInt32LE(at + 42)
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const packed = zip.subarray(begin, begin + zip.readUInt32LE(at + 20))
    entries.set(name, zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed)
    at += 46 + name_length! + extra! + comment!
  }
  return entries
}
