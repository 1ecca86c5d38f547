import { handleOf, inventName, unusedHandle } from './names.ts'
import { inventAddress, inventPhone } from './places.ts'
import type { Random } from './random.ts'
import type { Paying, Subscriber } from './subscribers.ts'

/** Businesses, each before its branches, which belong to it. */
export function* companies(random: Random, logins: Set<string>, days: number): Generator<Subscriber> {
  let index = 0
  for (const { name, branches, billed_together = false } of list) {
    const parent = index++
    const head = company(random, logins, days, name)
    yield head
    for (const branch of branches) {
      index++
      const office = company(random, logins, days, branch)
      const later = Math.max(0, head.joins_on - office.joins_on)
      yield {
        ...office,
        parent,
        ...(billed_together ? { billed_with_parent: true } : {}),
        partner: head.partner,
        joins_on: office.joins_on + later,
        services: office.services.map((service) => ({
          ...service,
          activated_on: office.joins_on + later + 3,
        })),
      }
    }
  }
}

type Known = { name: string; branches: readonly string[]; billed_together?: boolean }
const list: readonly Known[] = [
  { name: 'Piekarnia Złoty Bochen', branches: ['Piekarnia Złoty Bochen, Żabi Bród'] },
  {
    name: 'Hotel Pod Bursztynem',
    branches: ['Hotel Pod Bursztynem, Przystań', 'Hotel Pod Bursztynem, Spa'],
    billed_together: true,
  },
  { name: 'Studio Graficzne Ważka', branches: [] },
  { name: 'Warsztat Trzy Klucze', branches: [] },
  { name: 'Vogt & Söhne Feinmechanik', branches: ['Vogt & Söhne, Lager'] },
  { name: 'Fenwick Orchard Cider', branches: [] },
  { name: 'Кав’ярня «Ліхтар»', branches: [] },
  { name: 'Apteka Szałwiowa', branches: ['Apteka Szałwiowa, Mglista Góra'] },
  { name: 'Tartak Olszynka', branches: [] },
  { name: 'Biuro Rachunkowe Saldo Zero', branches: [] },
  { name: 'Kwiaciarnia Nasturcja', branches: [] },
  { name: 'Przychodnia Jasny Zaułek', branches: [] },
  { name: '小さな本屋 Chiisana Books', branches: [] },
  { name: 'Stadnina Wędrowny Żuraw', branches: [] },
]

function company(random: Random, logins: Set<string>, days: number, name: string): Subscriber {
  const login = unusedHandle(`${handleOf(name).split('.').slice(0, 2).join('-') || 'likhtar'}`, logins)
  const joins_on = random.chance(0.8) ? -random.between(1, 20) : random.between(5, days - 60)
  const activated_on = joins_on + 3
  const bookkeeper = inventName(random)
  return {
    customer: {
      name,
      category: 'company',
      language: 'pl',
      email: `office@${login}.example.com`,
      phone: inventPhone(random),
      ...inventAddress(random),
      // No tax office has the number 000, so that it is nobody's.
      tax_id: `PL${polishTaxNumber(random)}`,
      billing_day: 1,
      due_days: 30,
      blocking_days: 14,
      auto_block: random.chance(0.7),
    },
    partner: random.chance(0.85) ? 'northwind' : 'hillside',
    labels: ['business'],
    contacts: [
      { name: bookkeeper.name, role: 'billing', email: `accounts@${login}.example.com` },
      { name: inventName(random).name, role: 'technical', phone: inventPhone(random) },
    ],
    joins_on,
    services: [
      {
        tariff: random.pick(['fibre_300', 'business_1000']),
        login,
        router: 'core',
        ipv4_mode: 'static',
        activated_on,
        ...(random.chance(0.4) ? { price: 5900n } : {}),
      },
      { tariff: 'public_ip', activated_on },
    ],
    pays: random.weighted<Paying>([
      ['promptly', 75],
      ['late', 15],
      ['ahead', 10],
    ]),
  }
}

/** With its check digit: the weighted sum's remainder by 11, which may not be 10. */
function polishTaxNumber(random: Random): string {
  for (;;) {
    const body = `000${random.between(100_000, 999_999)}`
    const check =
      [6, 5, 7, 2, 3, 4, 5, 6, 7].reduce((sum, weight, n) => sum + weight * Number(body[n]), 0) % 11
    if (check < 10) return body + check
  }
}
