import { companies } from './companies.ts'
import { giveExtras } from './extras.ts'
import { giveFates } from './fates.ts'
import { handleOf, inventName, unusedHandle } from './names.ts'
import { inventAddress, inventMac, inventPhone } from './places.ts'
import type { LabelName, PartnerName, RouterName, TariffName } from './provider.ts'
import { seededRandom, type Random } from './random.ts'

/**
 * One customer's whole story, invented before any of it is acted out. Days count from the first day of the demo's year; days before it
 * are negative.
 */
export type Subscriber = {
  /** As the API takes a new customer; references are filled in when it is made. */
  customer: Record<string, unknown>
  partner: PartnerName
  labels: LabelName[]
  /** Index of the company it belongs to. */
  parent?: number
  /** Its services come on the company's invoices. */
  billed_with_parent?: boolean
  contacts: { name: string; role: string; email?: string; phone?: string }[]
  joins_on: number
  services: PlannedService[]
  pays: Paying
  /** From this day no invoice is paid any more. */
  stops_paying_on?: number
  /** Terminates everything and says goodbye. */
  leaves_on?: number
}

export type PlannedService = {
  tariff: TariffName
  login?: string
  router?: RouterName
  ipv4_mode?: 'pool' | 'static'
  ipv4_address?: string
  mac?: string
  /** In minor units; otherwise the tariff's. */
  price?: bigint
  /** Otherwise monthly. */
  period_months?: number
  /** Percent as it is stored, with four digits. */
  discount?: { label: string; kind: 'percent'; percent: bigint; applies_to: 'line'; periods?: number }
  surcharge?: { label: string; price: bigint }
  /** Absent: still pending. */
  activated_on?: number
  paused?: { from: number; to?: number }
  moves_to?: { on: number; tariff: TariffName }
}

/** promptly: days after the invoice. late: after the due date. in_parts: half now, half later. ahead: three months at once. */
export type Paying = 'promptly' | 'in_cash' | 'by_card' | 'late' | 'in_parts' | 'ahead' | 'by_agreement'

const people = 281

/** About 300 customers over `days` days. The same every time but for the length of the year. */
export function inventSubscribers(days: number): Subscriber[] {
  const random = seededRandom(0x15b_f1be)
  const logins = new Set<string>()
  const subscribers = [...companies(random, logins, days)]
  for (let n = 0; n < people; n++) subscribers.push(person(random, logins, days, n))
  giveFates(random, subscribers, days)
  giveExtras(subscribers)
  giveAddresses(subscribers)
  return subscribers
}

function person(random: Random, logins: Set<string>, days: number, n: number): Subscriber {
  const { name, latin, language } = inventName(random)
  const handle = unusedHandle(handleOf(latin), logins)
  const old_hand = n < 120
  const joins_on = old_hand ? -random.between(1, 20) : random.between(1, days - 3)
  const wireless = random.chance(0.28)
  const partner = random.weighted<PartnerName>([
    ['northwind', wireless ? 50 : 82],
    ['hillside', wireless ? 30 : 13],
    ['riverbend', wireless ? 20 : 5],
  ])
  return {
    customer: {
      name,
      language,
      category: 'person',
      email: `${handle}@${random.pick(['example.com', 'example.net', 'example.org'])}`,
      phone: inventPhone(random),
      ...inventAddress(random),
      billing_day: random.chance(0.18) ? 15 : 1,
      due_days: 14,
      blocking_days: 7,
      grace_days: 60,
      custom: {
        found_us: random.weighted([
          ['neighbour', 50],
          ['poster', 15],
          ['search', 25],
          ['reseller', 10],
        ]),
        ...(wireless
          ? {}
          : { ont_serial: `NWFB${random.between(0x1000000, 0xfffffff).toString(16).toUpperCase()}` }),
      },
    },
    partner,
    labels: [
      ...(wireless ? (['wireless'] as const) : []),
      ...(random.chance(0.03) ? (['field_test'] as const) : []),
    ],
    contacts: random.chance(0.06)
      ? [{ name: inventName(random).name, role: 'portal', phone: inventPhone(random) }]
      : [],
    joins_on,
    services: services(random, handle, wireless, joins_on, days),
    pays: random.weighted<Paying>([
      ['promptly', 54],
      ['in_cash', 4],
      ['by_card', 13],
      ['late', 11],
      ['in_parts', 2],
      ['ahead', 16],
    ]),
  }
}

function services(
  random: Random,
  login: string,
  wireless: boolean,
  joins_on: number,
  days: number,
): PlannedService[] {
  const tariff: TariffName = wireless
    ? random.weighted([
        ['wireless_20', 45],
        ['wireless_50', 55],
      ])
    : random.weighted([
        ['fibre_100', 38],
        ['fibre_300', 42],
        ['fibre_1000', 20],
      ])
  const activated_on = Math.min(joins_on + random.between(1, 6), days)
  const has_address = random.chance(0.1)
  const internet: PlannedService = {
    tariff,
    login,
    router: wireless && random.chance(0.2) ? 'hilltop' : random.chance(0.03) ? 'edge' : 'core',
    ipv4_mode: has_address ? 'static' : 'pool',
    activated_on,
    ...(random.chance(0.3) ? { mac: inventMac(random) } : {}),
  }
  const day = random.between(40, Math.max(41, days - 5))
  if (random.chance(0.09) && day > activated_on + 30)
    internet.moves_to = { on: day, tariff: faster[tariff] ?? tariff }
  return [
    internet,
    ...(has_address ? [{ tariff: 'public_ip', activated_on } as const] : []),
    ...(random.chance(0.35) ? [{ tariff: 'router_rental', activated_on } as const] : []),
    ...(joins_on > 0 ? [{ tariff: 'installation', activated_on } as const] : []),
  ]
}

const faster: Partial<Record<TariffName, TariffName>> = {
  fibre_100: 'fibre_300',
  fibre_300: 'fibre_1000',
  fibre_1000: 'fibre_300',
  wireless_20: 'wireless_50',
  wireless_50: 'wireless_20',
}

/** Public addresses one after another, from the first that a customer may have. */
function giveAddresses(subscribers: readonly Subscriber[]): void {
  const fixed = subscribers.flatMap(({ services }) =>
    services.filter((service) => service.ipv4_mode === 'static'),
  )
  fixed.forEach((service, n) => (service.ipv4_address = `203.0.113.${n + 10}`))
}
