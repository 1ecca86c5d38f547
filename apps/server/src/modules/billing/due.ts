import { dateOf, dayOf, type Day, type Days } from '#kernel/calendar.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { rowsOf } from '#kernel/rows.ts'
import { empty, sql, type Sql } from '#kernel/sql.ts'
import type { BillableCustomer, BillableService, BillableTariff, Catalog, Site } from './bill.ts'
import { discountsOf, surchargesOf, withReductions, withSurcharges } from './due-extras.ts'
import { leastInvoicesOf, prorationsOf, withLeastInvoices, withProrations } from './due-rules.ts'

/** A customer as the run reads it; `unbilled_from` bounds how far back its services are looked at. */
export type DueRow = Omit<BillableCustomer, 'services' | 'discounts'> & { unbilled_from: string | null }

const columns = sql`id, partner_id, number, name, email, street, city, postal_code, country, tax_id, billing_day, due_days, tax_exempt, tax_exempt_reason, balance, unbilled_from`

/** Customers whose billing day has come by `date`, `after` one in order of id. `locked` holds them for this transaction. */
export const customersDue = (
  ctx: Ctx,
  date: Day,
  limit: number,
  more: { after?: string; except?: readonly string[]; only?: string; locked?: 'wait' | 'skip' } = {},
): Promise<DueRow[]> =>
  ctx.db.all(sql<DueRow>`
    select ${columns}
    from ${dueBy(dateOf(date))}
      ${more.only ? sql`and id = ${more.only}` : empty}
      ${more.after ? sql`and due.customer_id > ${more.after}` : empty}
      ${more.except && more.except.length > 0 ? sql`and id <> all(${more.except}::uuid[])` : empty}
    order by ${more.locked ? sql`due.next_billing_on, due.customer_id` : sql`due.customer_id`}
    limit ${limit}
    ${more.locked === 'skip' ? sql`for no key update of customers skip locked` : more.locked ? sql`for no key update of customers` : empty}`)

/** Customers whose billing day has come, found by its index; what is said of the customer itself holds when it was waited for. */
export const dueBy = (date: string): Sql => sql`
    (select customer_id, next_billing_on from customer_standing) due
    join customers on id = due.customer_id
    where due.next_billing_on <= ${date}::date and customers.next_billing_on <= ${date}::date and billing_type = 'recurring' and not no_auto_billing`

/** Who is billed for this customer (itself, or the account it is billed with), locked, whether due or not. */
export const customerForBilling = (ctx: Ctx, customer_id: string): Promise<DueRow> =>
  ctx.db.one(sql<DueRow>`
    select ${columns}
    from customers
    where id = (select coalesce(billed_by_id, id) from customers where id = ${customer_id})
    for no key update`)

export const customerForReading = (ctx: Ctx, customer_id: string): Promise<DueRow> =>
  ctx.db.one(sql<DueRow>`select ${columns} from customers where id = ${customer_id}`)

/** `place` is that of the customer in the list asked for, from one. What was charged is said as text, since there rarely is anything. */
type ServiceRow = {
  place: number
  site: Site | null
  id: string
  service_type: BillableService['service_type']
  description: string | null
  login: string | null
  from_day: number
  until_day: number | null
  tariff_id: string
  price: bigint
  quantity: number
  period_months: number
  anchor_day: number | null
  /** `20514 20545,20545 20575`: first day and the day after the last, of charges that end after `unbilled_from`. */
  charged: string | null
  /** `one_time,setup_fee`; read where the tariff has such a fee, or the service is charged but once. */
  once: string | null
}

/** For fewer, planning takes longer than reading. */
const severalCustomers = 20

/** The customers with their services' active days, what of them was charged, and what makes them cost more or less. */
export async function withServices(ctx: Ctx, customers: readonly DueRow[]): Promise<BillableCustomer[]> {
  const asked = customers.map(({ id, unbilled_from }, n) => ({
    place: n + 1,
    id,
    since: unbilled_from ?? '0001-01-01',
  }))
  const due = withSubAccounts(rowsOf('due', asked, { place: 'integer', id: 'uuid', since: 'date' }))
  const [, rows, prorations, discounts, surcharges, least] = await Promise.all([
    planned(ctx, customers.length < severalCustomers ? 'by_index' : 'for_itself'),
    ctx.db.all(servicesOf(due)),
    ctx.db.all(prorationsOf(due)),
    ctx.db.all(discountsOf(due)),
    ctx.db.all(surchargesOf(due)),
    ctx.db.all(leastInvoicesOf(customers)),
    planned(ctx, 'as_usual'),
  ])
  const billable = customers.map((customer): BillableCustomer => ({ ...customer, services: [] }))
  let service: BillableService | undefined
  for (const row of inOrder(rows, customers.length)) {
    if (service?.id !== row.id) {
      const { id, site, service_type, description, login, charged } = row
      service = {
        id,
        site,
        service_type,
        description,
        login,
        active: [],
        tax_exempt: customers[row.place - 1]!.tax_exempt,
        charged: charged === null ? [] : charged.split(',').map(daysOf),
        charged_once: false,
        setup_fee_charged: false,
      }
      billable[row.place - 1]!.services.push(service)
    }
    if (row.once?.includes('one_time')) service.charged_once = true
    if (row.once?.includes('setup_fee')) service.setup_fee_charged = true
    // Days before it were looked at; what is charged once has no days.
    const { unbilled_from } = customers[row.place - 1]!
    const since = row.service_type === 'one_time' || unbilled_from === null ? -Infinity : dayOf(unbilled_from)
    service.active.push({
      from: Math.max(row.from_day, since),
      until: row.until_day ?? Infinity,
      tariff_id: row.tariff_id,
      price: row.price,
      quantity: row.quantity,
      period_months: row.period_months,
      anchor: row.anchor_day,
    })
  }
  withProrations(billable, prorations)
  withLeastInvoices(billable, least)
  withReductions(billable, discounts)
  withSurcharges(billable, surcharges)
  return billable
}

/** By customer, its own services before those of its accounts, each in the order of its days. To PostgreSQL a sort of thousands. */
function inOrder(rows: readonly ServiceRow[], customers: number): ServiceRow[] {
  const ofCustomer = Array.from({ length: customers }, (): ServiceRow[] => [])
  for (const row of rows) ofCustomer[row.place - 1]!.push(row)
  return ofCustomer.flatMap((its) =>
    its.sort((a, b) => bySite(a.site, b.site) || byText(a.id, b.id) || a.from_day - b.from_day),
  )
}

const bySite = (a: Site | null, b: Site | null): number =>
  a && b ? a.name.localeCompare(b.name) || byText(a.id, b.id) : Number(a !== null) - Number(b !== null)
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function daysOf(printed: string): Days {
  const [from, until] = printed.split(' ').map(Number)
  return { from: from!, until: until! }
}

const epoch = sql`date '1970-01-01'`

/** A row of `customers` as a `Site`. */
export const site = sql`jsonb_build_object('id', customers.id, 'number', number, 'name', name, 'street', street, 'city', city, 'postal_code', postal_code)`

/** Each customer, and with it the accounts that are billed on its document; nobody's are looked for where there are none at all. */
const withSubAccounts = (due: Sql) => sql`(
    select due.place, account.id, account.site, due.since
    from ${due}
    cross join lateral (
      select due.id, null::jsonb as site
      union all
      (select id, ${site} from customers
      where billed_by_id = due.id and (select exists (select from customers where billed_by_id is not null)) offset 0)
    ) account
  ) due`

// `offset 0` keeps the order in which this is read: customer, services, periods, each by its index. `any` of one is not by the temporal
// key, which takes six times as long to look into as a plain index. Whoever was charged anything is past its setup fee.
const servicesOf = (due: Sql) => sql<ServiceRow>`
  select due.place, due.site, s.id, s.service_type, s.description, s.login,
    lower(p.during) - ${epoch} as from_day, upper(p.during) - ${epoch} as until_day, p.tariff_id, p.price, p.quantity,
    p.period_months, p.anchor - ${epoch} as anchor_day,
    (select string_agg(lower(c.during) - ${epoch} || ' ' || upper(c.during) - ${epoch}, ',')
    from charges c where c.tenant_id = s.tenant_id and c.service_id = s.id and c.until_date > due.since) as charged,
    case when s.service_type = 'one_time' or p.tariff_id = any (array(select id from tariffs where setup_fee > 0)) then
      concat_ws(',', (select string_agg(c.kind, ',') from one_time_charges c where c.tenant_id = s.tenant_id and c.service_id = s.id),
        (select 'setup_fee' from charges c where c.tenant_id = s.tenant_id and c.service_id = s.id limit 1)) end as once
  from ${due}
  cross join lateral (select * from services where customer_id = due.id offset 0) s
  cross join lateral (select * from service_periods where tenant_id = s.tenant_id and service_id = any (array[s.id]) offset 0) p
  where p.status = 'active' and (upper(p.during) is null or upper(p.during) > due.since)`

/**
 * A chunk is read by index and planned for itself: a plan made while the tables were small must not read all of them for every
 * thousand customers. Only the reading: what the other statements do is planned best by what they meet.
 */
const planned = (ctx: Ctx, how: 'for_itself' | 'by_index' | 'as_usual') => {
  const cache = how === 'for_itself' ? 'force_custom_plan' : 'auto'
  const scan = how === 'as_usual' ? 'on' : 'off'
  return ctx.db.all(sql`
    select set_config('plan_cache_mode', ${cache}, true), set_config('enable_seqscan', ${scan}, true), set_config('enable_bitmapscan', ${scan}, true)`)
}

/** Every tariff with its tax as of now; there are few. */
export async function readCatalog(ctx: Ctx): Promise<Catalog> {
  const tariffs = await ctx.db.all(sql<BillableTariff & { id: string }>`
    select t.id, t.title, t.setup_fee, coalesce(x.rate, 0) as tax_rate, 'own:' || a.code as revenue
    from tariffs t
    left join taxes x on x.tenant_id = t.tenant_id and x.id = t.tax_id
    left join revenue_categories c on c.tenant_id = t.tenant_id and c.id = t.revenue_category_id
    left join accounts a on a.tenant_id = c.tenant_id and a.id = c.account_id`)
  return new Map(tariffs.map(({ id, ...tariff }) => [id, tariff]))
}
