import type { Ctx } from '#kernel/ctx.ts'
import { and, scope } from '#kernel/filters.ts'
import { isId } from '#kernel/ids.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn, type StoredRow } from '#kernel/store.ts'
import { tariffs } from '#modules/catalog/index.ts'
import { customers, labels } from '#modules/customers/index.ts'
import { accessDevices, routers } from '#modules/network/index.ts'
import { partners } from '#modules/resellers/index.ts'
import type { Discount } from '#modules/services/index.ts'
import { byName, foldedName, labelsIn, type ByName } from './names.ts'
import { openingsOf, type KnownOpenings } from './opening-of-row.ts'
import type { DiscountOfRow, ServiceOfRow } from './ready.ts'
import type { ReadRow } from './row.ts'

/** What is here already of all that a chunk of rows speaks of, read in a statement for each kind. */
export type Known = {
  /** By external id, locked; `unseen` where another partner has it. */
  customers: ReadonlyMap<string, StoredRow | 'unseen'>
  /** By what the file calls them: an external id, or our own id. */
  parents: ReadonlyMap<string, { id: string; partner_id: string | null }>
  partners: ByName
  labels: ByName
  tariffs: ByName
  routers: ByName
  access_devices: ByName
  services: KnownServices
  discounts: KnownDiscounts
  openings: KnownOpenings
}

export type KnownServices = {
  /** Whether the customer has it already; refused where somebody else does. `alike` of its kind stood in the file before it. */
  has: (customer_id: string, service: ServiceOfRow, alike: number) => boolean
}

export type KnownDiscounts = {
  /** Whether the customer has it already off its invoices; refused where it has another of the same name. */
  has: (customer_id: string, discount: DiscountOfRow) => boolean
}

const noun = asResource(customers)

export async function knownFor(ctx: Ctx, rows: readonly ReadRow[]): Promise<Known> {
  const texts = (field: string) => [
    ...new Set(rows.flatMap(({ values }) => (typeof values[field] === 'string' ? [values[field]] : []))),
  ]
  const external_ids = texts('external_id')
  const found = await customersOf(ctx, external_ids)
  const customer_ids = [...found.values()].flatMap((row) => (row === 'unseen' ? [] : [row.id]))
  return {
    customers: found,
    parents: await parentsOf(ctx, texts('parent')),
    partners: await byName(ctx, asResource(partners), texts('partner')),
    labels: await byName(ctx, asResource(labels), texts('labels').flatMap(labelsIn)),
    tariffs: await byName(ctx, asResource(tariffs), texts('tariff')),
    routers: await byName(ctx, asResource(routers), texts('router')),
    access_devices: await byName(ctx, asResource(accessDevices), texts('access_device')),
    services: await servicesOf(ctx, {
      customer_ids,
      logins: texts('login'),
      external_ids: texts('service_external_id'),
    }),
    discounts: await discountsOf(ctx, customer_ids),
    openings: await openingsOf(ctx, rows.some(({ values }) => values.opening_balance) ? customer_ids : []),
  }
}

async function customersOf(ctx: Ctx, ids: readonly string[]): Promise<Map<string, StoredRow | 'unseen'>> {
  if (ids.length === 0) return new Map()
  const all = await ctx.db.all(
    sql<{ external_id: string }>`select external_id from customers where external_id = any(${ids}::text[])`,
  )
  const seen = await ctx.db.all(sql<StoredRow>`
    select ${everyColumn(noun)} from customers ${and([sql`external_id = any(${ids}::text[])`, ...scope(ctx, noun)])} order by id for no key update`)
  return new Map<string, StoredRow | 'unseen'>([
    ...all.map((row) => [row.external_id, 'unseen'] as const),
    ...seen.map((row) => [String(row.external_id), row] as const),
  ])
}

async function parentsOf(ctx: Ctx, named: readonly string[]): Promise<Known['parents']> {
  if (named.length === 0) return new Map()
  const rows = await ctx.db.all(sql<{ id: string; external_id: string | null; partner_id: string | null }>`
    select id, external_id, partner_id from customers
    ${and([sql`(external_id = any(${named}::text[]) or id = any(${named.filter(isId)}::uuid[]))`, ...scope(ctx, noun)])}`)
  return new Map([
    ...rows.map((row) => [row.id, row] as const),
    ...rows.flatMap((row) => (row.external_id === null ? [] : [[row.external_id, row] as const])),
  ])
}

type HeldService = {
  customer_id: string
  login: string | null
  tariff_id: string
  external_id: string | null
  ended: boolean
}

/** A service is known again by its id in the other system, by its login, or else by its tariff. */
async function servicesOf(
  ctx: Ctx,
  asked: { customer_ids: readonly string[]; logins: readonly string[]; external_ids: readonly string[] },
): Promise<KnownServices> {
  const { customer_ids, logins, external_ids } = asked
  const held =
    customer_ids.length + logins.length + external_ids.length === 0
      ? []
      : await ctx.db.all(sql<HeldService>`
          select customer_id, login, tariff_id, external_id, status = 'terminated' as ended
          from services
          where customer_id = any(${customer_ids}::uuid[]) or external_id = any(${external_ids}::text[])
            or (login = any(${logins}::text[]) and status <> 'terminated')`)
  const byCustomer = Map.groupBy(held, (service) => service.customer_id)
  const byLogin = new Map(held.flatMap((one) => (one.login && !one.ended ? [[one.login, one] as const] : [])))
  const byId = new Map(held.flatMap((one) => (one.external_id ? [[one.external_id, one] as const] : [])))
  return {
    has(customer_id, service, alike) {
      const own = byCustomer.get(customer_id) ?? []
      const named = service.external_id === null ? undefined : byId.get(service.external_id)
      if (named && named.customer_id !== customer_id) {
        const detail = `The service with the id ${service.external_id} belongs to another customer.`
        throw new Refused(409, 'service_of_another', detail, {
          errors: [{ field: 'service_external_id', code: 'service_of_another', detail }],
        })
      }
      if (named) return true
      const holder = service.login === null ? undefined : byLogin.get(service.login)
      if (holder && holder.customer_id !== customer_id) {
        const detail = `The login ${service.login} belongs to a service of another customer.`
        throw new Refused(409, 'login_taken', detail, {
          errors: [{ field: 'login', code: 'login_taken', detail }],
        })
      }
      if (service.login !== null) return own.some(({ login }) => login === service.login)
      if (service.external_id !== null) return false
      const same = own.filter(({ login, tariff_id }) => login === null && tariff_id === service.tariff_id)
      return same.length > alike
    },
  }
}

/** A discount off whole invoices is known again by how the invoice calls it. */
async function discountsOf(ctx: Ctx, customer_ids: readonly string[]): Promise<KnownDiscounts> {
  const given =
    customer_ids.length === 0
      ? []
      : await ctx.db.all(sql<Discount>`
          select *
          from discounts
          where customer_id = any(${customer_ids}::uuid[]) and service_id is null and applies_to = 'invoice' and status = 'given'`)
  const byCustomer = Map.groupBy(given, (discount) => discount.customer_id)
  return {
    has(customer_id, wanted) {
      const named = (byCustomer.get(customer_id) ?? []).filter(
        ({ label }) => foldedName(label) === foldedName(wanted.label),
      )
      if (named.length === 0) return false
      if (named.some((one) => same(one, wanted))) return true
      throw invalidField(
        'invoice_discount_label',
        'other_discount',
        `The customer has a discount “${wanted.label}” on whole invoices already, of another size or length. An import does not change it: end that one, or give this another name.`,
      )
    },
  }
}

const same = (one: DiscountOfRow, other: DiscountOfRow): boolean =>
  one.percent === other.percent &&
  one.amount === other.amount &&
  one.to_date === other.to_date &&
  one.periods === other.periods
