import type { Subscriber } from './subscribers.ts'

/** What a few have that most do not: a telephone, fibre and telephone at one price, a year paid at once, something off, something on top. */
export function giveExtras(subscribers: readonly Subscriber[]): void {
  const settled = subscribers.filter(
    ({ customer, leaves_on, stops_paying_on, services: [line] }) =>
      customer.category === 'person' &&
      leaves_on === undefined &&
      stops_paying_on === undefined &&
      line?.activated_on !== undefined &&
      !line.paused &&
      !line.moves_to,
  )
  const fibre = settled.filter(({ services }) => services[0]!.tariff === 'fibre_300')
  for (const { services } of fibre.slice(0, 12)) services[0]!.tariff = 'fibre_phone'
  for (const { services } of fibre.slice(12, 18)) services[0]!.period_months = 12
  for (const { services } of fibre.slice(18, 24))
    services[0]!.discount = { label: 'Loyalty', kind: 'percent', percent: 10_0000n, applies_to: 'line' }
  const others = settled.filter(({ services }) => services[0]!.tariff === 'fibre_100')
  for (const { services } of others.slice(0, 18)) {
    const { activated_on } = services[0]!
    services.push({ tariff: 'home_phone', activated_on: activated_on! })
  }
  for (const { joins_on, services } of others.slice(18, 30))
    if (joins_on > 0)
      services[0]!.discount = {
        label: 'Welcome: three months at half price',
        kind: 'percent',
        percent: 50_0000n,
        applies_to: 'line',
        periods: 3,
      }
  for (const { services } of settled.filter(({ labels }) => labels.includes('wireless')).slice(0, 8))
    services[0]!.surcharge = { label: 'Mast higher than 6 m', price: 150n }
}
