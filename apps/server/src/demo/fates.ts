import type { Random } from './random.ts'
import type { Subscriber } from './subscribers.ts'

/** What sets some apart: who left, who paused, who has not been connected yet, and who stopped paying. */
export function giveFates(random: Random, subscribers: Subscriber[], days: number): void {
  subscribers.slice(-6).forEach((each, n) => {
    each.joins_on = days - Math.floor(n / 3)
    each.services = each.services.slice(0, 1).map(({ tariff, login, router, mac }) => ({
      tariff,
      ipv4_mode: 'pool',
      ...(login ? { login } : {}),
      ...(router ? { router } : {}),
      ...(mac ? { mac } : {}),
    }))
  })
  const settled = subscribers.filter(
    ({ customer, joins_on }) => customer.category === 'person' && joins_on < days - 150,
  )
  const take = (n: number) =>
    Array.from({ length: n }, () => settled.splice(random.between(0, settled.length - 1), 1)[0]!)
  for (const each of take(9)) each.leaves_on = random.between(Math.max(60, each.joins_on + 40), days - 10)
  for (const each of take(6)) each.services[0]!.paused = { from: days - random.between(3, 25) }
  for (const each of take(8)) {
    const from = random.between(30, days - 40)
    each.services[0]!.paused = { from, to: from + random.between(10, 30) }
  }
  // Long enough ago to have been blocked and then disabled, or to be blocked now.
  for (const each of take(5)) each.stops_paying_on = days - random.between(125, 145)
  for (const each of take(9)) each.stops_paying_on = days - random.between(58, 75)
  // Overdue, and not blocked: the office has agreed to wait.
  for (const each of take(6)) {
    each.stops_paying_on = days - random.between(58, 85)
    each.pays = 'by_agreement'
    each.labels.push('debt_agreed')
    each.customer.auto_block = false
  }
  for (const each of take(4)) each.labels.push('vip')
  for (const { services, leaves_on, stops_paying_on } of subscribers) {
    const unsettled =
      leaves_on !== undefined || stops_paying_on !== undefined || services.some((service) => service.paused)
    if (unsettled) for (const service of services) delete service.moves_to
  }
}
