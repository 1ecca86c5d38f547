import type { Ctx } from '#kernel/ctx.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { phasesOf, tariffs, type Tariff, type TariffPhase } from '#modules/catalog/index.ts'
import type { Address, Customer } from '#modules/customers/index.ts'
import { asResource, everyColumn } from '#kernel/store.ts'
import { enterMany, type Given } from './enter.ts'
import { changesOf, type StoredChange } from './history.ts'
import type { Service } from './services.ts'
import { timelineOf, type Timeline } from './timeline.ts'

/** What a decision about services needs, read for all of them at once. */
export type Known = {
  timelineOf(service: Service): Timeline & { changes: StoredChange[] }
  customerOf(service: Service): Customer
  tariff(id: string): Tariff
  phasesOf(tariff_id: string): readonly TariffPhase[]
  /** Where a service is: its own address, or where its customer is served. */
  placeOf(service: Service): Address | Customer
}

/** `tariff_id`: one that the services may come to. */
export async function knownOf(ctx: Ctx, services: readonly Service[], tariff_id?: string): Promise<Known> {
  const [changes, customers, addresses, phases] = await Promise.all([
    changesOf(
      ctx,
      services.map(({ id }) => id),
    ),
    ctx.db.all(
      sql<Customer>`select * from customers where id = any(${[...new Set(services.map((one) => one.customer_id))]}::uuid[])`,
    ),
    ctx.db.all(sql<Address>`
      select a.* from addresses a
      where a.id = any(${services.flatMap((one) => one.service_address_id ?? [])}::uuid[])
        or a.id in (select c.service_address_id from customers c where c.id = any(${services.map((one) => one.customer_id)}::uuid[]))`),
    tariff_id ? phasesOf(ctx, tariff_id) : [],
  ])
  const timelines = new Map(
    services.map(({ id }) => {
      const own = changes.get(id) ?? []
      return [id, { ...timelineOf(own), changes: own }]
    }),
  )
  const used = new Set([
    ...[...timelines.values()].flatMap(({ terms, periods }) => [
      terms.tariff_id,
      ...periods.map((period) => period.tariff_id),
    ]),
    ...services.map((one) => one.tariff_id),
  ])
  const found = await ctx.db.all(
    sql<Tariff>`select ${everyColumn(asResource(tariffs))} from tariffs where id = any(${[...used]}::uuid[])`,
  )
  const byId = <T extends { id: string }>(rows: readonly T[], what: string) => {
    const map = new Map(rows.map((row) => [row.id, row]))
    return (id: string): T => {
      const row = map.get(id)
      if (!row) throw new Error(`A service without its ${what}.`)
      return row
    }
  }
  const customer = byId(customers, 'customer')
  const address = new Map(addresses.map((one) => [one.id, one]))
  return {
    timelineOf: ({ id }) => timelines.get(id)!,
    customerOf: ({ customer_id }) => customer(customer_id),
    tariff: byId(found, 'tariff'),
    phasesOf: (id) => (id === tariff_id ? phases : []),
    placeOf(service) {
      const whose = customer(service.customer_id)
      return address.get(service.service_address_id ?? whose.service_address_id ?? '') ?? whose
    },
  }
}

/** What is decided about one service: changes to enter, and what is told of them. */
export type Decided = Given & { data?: Record<string, unknown> }

/** Decides about each service by itself and enters all that was not refused together; answers the refusals. */
export async function enterDecided(
  ctx: Ctx,
  services: readonly Service[],
  decide: (service: Service) => Promise<Decided & { service?: Service }>,
  reason: string | null | undefined,
): Promise<Map<string, Refused>> {
  const refused = new Map<string, Refused>()
  const ready: ({ service: Service } & Decided)[] = []
  for (const service of services) {
    try {
      ready.push({ service, ...(await decide(service)) })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      refused.set(service.id, error)
    }
  }
  const some = ready.filter(({ add = [], takeBack = [] }) => add.length + takeBack.length > 0)
  if (some.length > 0) await enterMany(ctx, some, { reason: reason ?? null })
  return refused
}
