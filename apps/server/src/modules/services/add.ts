import { randomInt } from 'node:crypto'
import { today, type Ctx } from '#kernel/ctx.ts'
import { sealWith } from '#kernel/crypto.ts'
import { record } from '#kernel/effects.ts'
import { and, scope } from '#kernel/filters.ts'
import { newId } from '#kernel/ids.ts'
import { asSystem } from '#kernel/insiders.ts'
import type { JsonValue } from '#kernel/kinds.ts'
import { insertMany } from '#kernel/many.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import type { Resource } from '#kernel/resource.ts'
import { id as identifier, sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { contractEnd, mustBeOffered, phasesOfTariffs, tariffs, type Tariff } from '#modules/catalog/index.ts'
import { activateNewCustomers, claimAddress, customers, type Customer } from '#modules/customers/index.ts'
import {
  assignPoolAddress,
  assignPrefix,
  assignStaticAddresses,
  mustBePrefix,
} from '#modules/network/index.ts'
import { keepDetails } from './details.ts'
import { completed, insertChanges, insertPeriods, type Entry, type NewChange } from './history.ts'
import { phaseEntries } from './phases.ts'
import { noSuchTariff, priceFor, shortestPeriod } from './price.ts'
import { services, type Service } from './services.ts'
import { timelineOf } from './timeline.ts'

/** A service to add, in stored values. `activate` begins it on its start date, or today where that has passed. */
export type NewService = {
  customer_id: string
  tariff_id: string
  description?: string | null
  quantity?: number
  price?: bigint | null
  /** The shortest the tariff is sold for when left out. */
  period_months?: number | null
  login?: string | null
  password?: string | null
  router_id?: string | null
  ipv4_mode?: Service['ipv4_mode'] | null
  ipv4_address?: string | null
  ipv6_prefix?: string | null
  mac?: string | null
  mac_binding?: boolean
  service_address_id?: string | null
  access_device_id?: string | null
  access_port?: string | null
  start_date?: string | null
  external_id?: string | null
  activate?: boolean
  /** The administrator's own fields, as `decodedCustom` gives them. */
  custom?: JsonValue
  /** The bundle that pays for it. */
  bundle_service_id?: string | null
}

/**
 * Adds services in a statement for all of them: rows, addresses, changes, days. All are added or, where one is refused, none. Answers
 * them in order.
 */
export async function addServices(ctx: Ctx, wanted: readonly NewService[]): Promise<Service[]> {
  if (wanted.length === 0) return []
  const [sold, buyers] = await Promise.all([
    rowsById<Tariff>(
      ctx,
      asResource(tariffs),
      wanted.map(({ tariff_id }) => tariff_id),
    ),
    rowsById<Customer>(
      ctx,
      asResource(customers),
      wanted.map(({ customer_id }) => customer_id),
    ),
  ])
  const now = today(ctx).toString()
  const ready: (Ready & { list_price: bigint; tariff: Tariff })[] = []
  for (const service of wanted) {
    const tariff = sold.get(service.tariff_id)
    if (!tariff) throw noSuchTariff()
    const customer = buyer(buyers.get(service.customer_id))
    // What a bundle contains need not be sold by itself.
    const place = service.service_address_id
      ? await claimAddress(ctx, service.service_address_id, customer.id, 'service_address_id')
      : undefined
    if (!service.bundle_service_id) await mustBeOffered(ctx, tariff, customer, place ? { place } : {})
    await keepDetails(ctx, { id: null, customer_id: customer.id }, { ...service, service_address_id: null })
    const period_months = service.period_months ?? shortestPeriod(tariff)
    const list_price = priceFor(tariff, period_months)
    ready.push({ ...judged({ ...service, period_months }, tariff, now), list_price, tariff })
  }
  const rows = await insertRows(ctx, ready)
  await assignStaticAddresses(
    ctx,
    rows.flatMap(({ id, ipv4_mode, ipv4_address }) =>
      ipv4_mode === 'static' && ipv4_address
        ? [{ service_id: id, address: ipv4_address.replace(/\/\d+$/, '') }]
        : [],
    ),
  )
  for (const { id, ipv6_prefix } of rows) if (ipv6_prefix) await assignPrefix(ctx, id, ipv6_prefix)
  const phases = await phasesOfTariffs(ctx, [...sold.keys()])
  const histories = rows.map((service, n) => {
    const { list_price, begins, tariff } = ready[n]!
    // Who began long ago, in the system it comes from, is past its promotions.
    const staged =
      begins && service.price === null
        ? phaseEntries(phases.get(tariff.id) ?? [], tariff, service.period_months, service.start_date)
        : []
    return historyOf(service, list_price, begins, staged, now)
  })
  await insertChanges(
    ctx,
    histories.flatMap(({ changes }) => changes),
  )
  await insertPeriods(
    ctx,
    histories.flatMap(({ periods, service_id }) => periods.map((period) => ({ service_id, ...period }))),
  )
  await begun(
    ctx,
    rows.flatMap((service, n) => {
      const { begins } = ready[n]!
      return begins ? [{ service, begins }] : []
    }),
    buyers,
  )
  return rows
}

type Ready = ReturnType<typeof judged>

/** What is given, completed; refused with a sentence where it does not go together. */
function judged(service: NewService & { period_months: number }, tariff: Tariff, now: string) {
  const { login, password, ipv4_mode, ipv4_address, ipv6_prefix, start_date, activate, ...rest } = service
  const internet = tariff.service_type === 'internet'
  if (internet && !login) throw invalidField('login', 'required', 'An internet service needs a login.')
  if (!internet && (login || password))
    throw invalidField('login', 'not_internet', 'Only internet services have a login.')
  const mode = ipv4_address ? 'static' : (ipv4_mode ?? 'none')
  if (mode === 'static' && !ipv4_address)
    throw invalidField('ipv4_address', 'required', 'A static service needs its IP address.')
  if (ipv4_address?.includes(':'))
    throw invalidField('ipv4_address', 'not_ipv4', 'IPv4 address must be an IPv4 address.')
  if (!internet && (ipv6_prefix || service.access_device_id))
    throw invalidField(
      ipv6_prefix ? 'ipv6_prefix' : 'access_device_id',
      'not_internet',
      'Only internet services have a prefix and an access device.',
    )
  if (ipv6_prefix) mustBePrefix(ipv6_prefix)
  const start = start_date ?? now
  const begins = activate ? (start > now ? start : now) : null
  const agreed = begins !== null && tariff.minimum_months !== null
  return {
    begins,
    row: {
      ...rest,
      quantity: rest.quantity ?? 1,
      price: rest.price ?? null,
      bundle_service_id: rest.bundle_service_id ?? null,
      service_type: tariff.service_type,
      status: begins === now ? 'active' : 'pending',
      login: internet ? (login ?? null) : null,
      password: internet ? (password ?? madeUpPassword()) : null,
      ipv4_mode: mode,
      ipv4_address: ipv4_address ?? null,
      ipv6_prefix: ipv6_prefix ?? null,
      access_port: rest.access_port?.trim() || null,
      start_date: start,
      // The term is the tariff's, which the row takes when it is inserted.
      contract_start: agreed ? begins : null,
      contract_end: agreed ? contractEnd({ ...tariff, contract_start: begins }) : null,
    },
  }
}

async function insertRows(ctx: Ctx, ready: readonly Ready[]): Promise<Service[]> {
  const key = await ctx.app.secrets.dataKey(ctx.tenant.id, ctx.db)
  const rows = ready.map(({ row }) => {
    const id = newId()
    const place = { table: 'services', column: 'password', row_id: id }
    const sealed = row.password === null ? null : sealWith(key, ctx.tenant.id, place, row.password)
    return { ...row, id, password: sealed && `\\x${sealed.toString('hex')}` }
  })
  const added = (await insertMany(ctx, asResource(services), rows, ({ service_type }) => ({
    service_type,
  }))) as Service[]
  // One after another: a free address is found by looking, and two who look at once find the same.
  for (const [n, service] of added.entries()) {
    if (service.ipv4_mode !== 'pool' || !ready[n]!.begins) continue
    const address = await assignPoolAddress(ctx, service.id, service.router_id)
    await ctx.db.run(sql`update services set ipv4_address = ${address}::inet where id = ${service.id}`)
    added[n] = { ...service, ipv4_address: address }
  }
  return added
}

/** Every timeline begins with the terms it was sold on. */
function historyOf(
  service: Service,
  list_price: bigint,
  begins: string | null,
  phases: readonly Entry[],
  now: string,
) {
  const { id: service_id, partner_id, start_date, tariff_id, quantity, period_months, price } = service
  const entries = [
    completed(
      {
        kind: 'create',
        date: start_date,
        tariff_id,
        price: price ?? list_price,
        price_is_custom: price !== null,
        quantity,
        period_months,
      },
      1,
    ),
    ...(begins ? [completed({ kind: 'activate', date: begins }, 2)] : []),
    ...phases.map((phase, n) => completed(phase, n + 3)),
  ]
  const changes: NewChange[] = entries.map((entry) => ({
    ...entry,
    service_id,
    partner_id,
    status: entry.kind !== 'create' && entry.date > now ? 'planned' : 'in_force',
    reason: null,
  }))
  return { service_id, changes, periods: timelineOf(entries).periods }
}

/** Services that have begun or will: each one's own event for the world, and one for whoever reacts to them all at once. */
async function begun(
  ctx: Ctx,
  started: readonly { service: Service; begins: string }[],
  buyers: ReadonlyMap<string, Customer>,
): Promise<void> {
  const [first] = started
  if (!first) return
  const due: Record<string, string> = {}
  for (const { service, begins } of started) {
    const earliest = due[service.customer_id]
    if (!earliest || begins < earliest) due[service.customer_id] = begins
  }
  record(ctx, {
    noun: 'service',
    row_id: first.service.id,
    action: 'added_many',
    changes: {},
    data: { due },
  })
  const active = started.filter(({ service }) => service.status === 'active')
  for (const { service } of active)
    record(ctx, {
      noun: 'service',
      row_id: service.id,
      action: 'activated',
      changes: { status: ['pending', 'active'] },
      data: { customer_id: service.customer_id, service_type: service.service_type, with_many: true },
    })
  const fresh = [...new Set(active.map(({ service }) => service.customer_id))].filter(
    (customer_id) => buyers.get(customer_id)?.status === 'new',
  )
  await activateNewCustomers(asSystem(ctx), fresh, 'first service activated')
}

function buyer(customer: Customer | undefined): Customer {
  if (!customer)
    throw invalidField(
      'customer_id',
      'no_such_customer',
      'There is no customer with this id, or you may not see it.',
    )
  if (customer.status === 'disabled')
    throw new Refused(
      409,
      'customer_disabled',
      'A disabled customer cannot get services. Activate the customer first.',
    )
  return customer
}

async function rowsById<T extends { id: string }>(
  ctx: Ctx,
  noun: Resource,
  ids: readonly string[],
): Promise<Map<string, T>> {
  const rows = await ctx.db.all(sql<T>`
    select * from ${identifier(noun.table)} ${and([sql`id = any(${[...new Set(ids)]}::uuid[])`, ...scope(ctx, noun)])}`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Twelve letters and digits that are not mistaken for one another when read out. */
function madeUpPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  return Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')
}
