import { randomBytes } from 'node:crypto'
import type { Ctx } from '#kernel/ctx.ts'
import type { Resource } from '#kernel/resource.ts'
import { asResource, change, create, find } from '#kernel/store.ts'
import { bundleItems, coupons, tariffs, taxes } from '#modules/catalog/index.ts'
import { labels } from '#modules/customers/index.ts'
import { tenants } from '#modules/identity/index.ts'
import { ipNetworks, routers } from '#modules/network/index.ts'
import { partners } from '#modules/resellers/index.ts'

/** Where the simulated router sends its packets from: of the loopback network, and not the address a real one on this machine would have. */
export const demo_nas_ip = '127.66.0.1'
/** Not 3799, so that a real router's emulator on this machine may have it. */
export const demo_coa_port = 13_799

/** What the demo ISP sells and runs, by the names the rest of the demo calls it. */
export type Provider = {
  partners: Record<PartnerName, string>
  labels: Record<LabelName, string>
  tariffs: Record<TariffName, string>
  routers: Record<RouterName, string>
}
export type PartnerName = 'northwind' | 'hillside' | 'riverbend'
export type LabelName = keyof typeof label_list
export type TariffName = keyof typeof tariff_list
export type RouterName = keyof typeof router_list

const label_list = {
  vip: { name: 'VIP', color: 'grape' },
  business: { name: 'Business', color: 'blue' },
  wireless: { name: 'Wireless', color: 'teal' },
  debt_agreed: { name: 'Pays by agreement', color: 'orange' },
  field_test: { name: 'Field test', color: 'lime' },
} as const

const on_documents = {
  legal_name: 'Northwind Fibre Sp. z o.o.',
  street: 'ul. Portowa 4',
  city: 'Mglista Góra',
  postal_code: '79-100',
  country: 'PL',
  tax_id: 'PL1234563218',
  email: 'office@northwind.example.net',
  phone: '+48 31 220 00 00',
  website: 'northwind.example.net',
  iban: 'PL61109010140000071219812874',
  document_footer: 'Thank you for being with us. Questions: office@northwind.example.net.',
}

const tax_list = {
  standard: { name: 'VAT', rate: '23' },
  reduced: { name: 'Reduced VAT', rate: '8' },
} as const

type Offer = { tax: keyof typeof tax_list } & Record<string, unknown>
const internet = (
  title: string,
  price: string,
  down_mbps: number,
  up_mbps: number,
  description: string,
): Offer => ({
  title,
  service_type: 'internet',
  tax: 'standard',
  price,
  speed_download_kbps: down_mbps * 1000,
  speed_upload_kbps: up_mbps * 1000,
  description,
})
const tariff_list = {
  fibre_100: internet('Fibre 100', '17.90', 100, 20, 'Fibre to the home, 100/20 Mbps.'),
  fibre_300: {
    ...internet('Fibre 300', '22.90', 300, 60, 'Fibre to the home, 300/60 Mbps.'),
    price_12_months: '249.00',
  },
  fibre_1000: internet('Fibre 1000', '31.90', 1000, 300, 'Fibre to the home, 1000/300 Mbps.'),
  wireless_20: internet('Wireless 20', '13.90', 20, 5, 'Fixed wireless, 20/5 Mbps.'),
  wireless_50: internet('Wireless 50', '19.90', 50, 10, 'Fixed wireless, 50/10 Mbps, line of sight needed.'),
  business_1000: {
    ...internet(
      'Business 1000',
      '79.00',
      1000,
      500,
      'Fibre for companies, 1000/500 Mbps, repaired within a day.',
    ),
    customer_category: 'company',
    minimum_months: 24,
    renewal: 'monthly',
    notice_days: 30,
    early_fee: 'remaining',
    early_fee_percent: '50',
  },
  home_phone: {
    title: 'Home phone',
    service_type: 'voice',
    tax: 'standard',
    price: '6.00',
    included_minutes: 300,
    description: 'A telephone number and 300 minutes a month.',
  },
  fibre_phone: {
    title: 'Fibre 300 + Home phone',
    service_type: 'bundle',
    tax: 'standard',
    price: '26.90',
    description: 'Both at one price, which is 2.00 less than apart.',
  },
  public_ip: {
    title: 'Public IPv4 address',
    service_type: 'recurring',
    tax: 'standard',
    price: '4.00',
    description: 'One public address, the same for as long as the service runs.',
  },
  router_rental: {
    title: 'Wi-Fi router rental',
    service_type: 'recurring',
    tax: 'standard',
    price: '2.50',
    description: 'Returned at the end; replaced when it breaks.',
  },
  installation: {
    title: 'Installation',
    service_type: 'one_time',
    tax: 'reduced',
    price: '49.00',
    description: 'Cable or antenna to the socket, router set up.',
  },
} as const satisfies Record<string, Offer>

const coupon = {
  code: 'NEIGHBOUR',
  label: 'A neighbour told me',
  kind: 'fixed',
  amount: '5.00',
  duration: 'periods',
  periods: 3,
  max_per_customer: 1,
}

const router_list = {
  core: {
    title: 'BRAS Bursztynowo (simulated)',
    nas_ip: demo_nas_ip,
    nas_type: 'mikrotik',
    coa_port: demo_coa_port,
    interim_interval_s: 60,
  },
  hilltop: {
    title: 'Hilltop wireless, Mglista Góra',
    nas_ip: '10.66.20.1',
    nas_type: 'mikrotik',
    block_mode: 'walled',
  },
  edge: {
    title: 'Edge, Trzy Wiatraki',
    nas_ip: '10.66.30.1',
    nas_type: 'juniper',
    require_message_authenticator: 'yes',
  },
} as const

/** Makes what the ISP had before its first customer. */
export async function foundProvider(ctx: Ctx): Promise<Provider> {
  const isp = await find(ctx, tenants, ctx.tenant.id)
  await change(ctx, tenants, isp!, on_documents, { action: 'updated' })
  const hillside = await make(ctx, asResource(partners), {
    name: 'Hillside Networks',
    email: 'office@hillside.example.net',
    phone: '+48 31 220 10 10',
  })
  const riverbend = await make(ctx, asResource(partners), {
    name: 'Riverbend Wi-Fi',
    parent_id: hillside,
    email: 'hello@riverbend.example.net',
  })
  const tax_ids = await makeAll(ctx, asResource(taxes), tax_list)
  const router_ids = await makeAll<RouterName, Record<string, unknown>>(
    ctx,
    asResource(routers),
    router_list,
    (router) => ({
      ...router,
      radius_secret: randomBytes(18).toString('base64url'),
    }),
  )
  for (const network of networks(router_ids)) await make(ctx, asResource(ipNetworks), network)
  const tariff_ids = await makeAll<TariffName, Offer>(
    ctx,
    asResource(tariffs),
    tariff_list,
    ({ tax, ...tariff }) => ({
      ...tariff,
      tax_id: tax_ids[tax],
    }),
  )
  for (const [n, item] of (['fibre_300', 'home_phone'] as const).entries())
    await make(ctx, asResource(bundleItems), {
      tariff_id: tariff_ids.fibre_phone,
      item_tariff_id: tariff_ids[item],
      position: n + 1,
    })
  await make(ctx, asResource(coupons), coupon)
  return {
    partners: { northwind: ctx.tenant.root_partner_id, hillside, riverbend },
    labels: await makeAll(ctx, asResource(labels), label_list),
    tariffs: tariff_ids,
    routers: router_ids,
  }
}

const make = async (ctx: Ctx, noun: Resource, body: Record<string, unknown>): Promise<string> =>
  String((await create(ctx, noun, body)).id)

/** One row for each entry; answers their ids by the entries' names. */
async function makeAll<K extends string, T extends Record<string, unknown>>(
  ctx: Ctx,
  noun: Resource,
  list: Record<K, T>,
  body: (entry: T) => Record<string, unknown> = (entry) => entry,
): Promise<Record<K, string>> {
  const ids: [string, string][] = []
  for (const [name, entry] of Object.entries<T>(list)) ids.push([name, await make(ctx, noun, body(entry))])
  // The same keys as `list`, which Object.fromEntries cannot say.
  return Object.fromEntries(ids) as Record<K, string>
}

/** Addresses of the documentation (RFC 5737), carrier-grade NAT (RFC 6598) and private ranges: nobody's. */
const networks = (router: Record<RouterName, string>) => [
  { title: 'Subscribers behind NAT', network: '100.64.0.0/22', purpose: 'pool' },
  { title: 'Hilltop subscribers', network: '100.64.8.0/24', purpose: 'pool', router_id: router.hilltop },
  { title: 'Public addresses', network: '203.0.113.0/24', purpose: 'static' },
  { title: 'Management', network: '10.66.0.0/16', purpose: 'infrastructure' },
]
