import { sql, type Sql } from '#kernel/sql.ts'
import type { Reduction } from '#modules/catalog/index.ts'
import type { BillableCustomer, BillableService, BillableSurcharge } from './bill.ts'
import { surchargedDays } from './stretches.ts'

/** A discount of a customer or of an account billed with it. `place` is the customer's in the list asked for, from one. */
export type DiscountRow = Reduction & {
  place: number
  site_id: string | null
  id: string
  service_id: string | null
  applies_to: 'line' | 'invoice'
  from_day: number
  until_day: number | null
  left: number | null
}

/** A surcharge, once for each stretch of days of it that was charged since the customer was last looked at. */
export type SurchargeRow = Omit<BillableSurcharge, 'from' | 'until'> & {
  place: number
  service_id: string
  from_day: number
  until_day: number | null
  charged_from: number | null
  charged_until: number | null
}

const epoch = sql`date '1970-01-01'`

/** `due`: the accounts asked for, by place; nobody is looked at where nothing was given at all. Off whole invoices a discount may count for so many; those that were voided do not count. */
export const discountsOf = (due: Sql) => sql<DiscountRow>`
  select due.place, (due.site ->> 'id')::uuid as site_id, d.id, d.service_id, d.label, d.applies_to, d.kind, d.percent, d.amount,
    d.from_date - ${epoch} as from_day, d.to_date + 1 - ${epoch} as until_day,
    case when d.applies_to = 'invoice' and d.periods is not null then d.periods - (
      select count(distinct i.id)::integer
      from invoice_lines l
      join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
      where l.tenant_id = d.tenant_id and l.discount_id = d.id and i.status <> 'void'
    ) end as left
  from ${due}
  cross join lateral (select * from discounts where customer_id = due.id and status = 'given' offset 0) d
  where (select exists (select from discounts where status = 'given'))
  order by due.place, d.position, d.id`

export const surchargesOf = (due: Sql) => sql<SurchargeRow>`
  select due.place, u.id, u.service_id, u.label, u.price, u.quantity, x.rate as tax_rate,
    u.from_date - ${epoch} as from_day, u.to_date + 1 - ${epoch} as until_day,
    lower(c.during) - ${epoch} as charged_from, c.until_date - ${epoch} as charged_until
  from ${due}
  cross join lateral (select * from surcharges where customer_id = due.id and status = 'given' offset 0) u
  left join taxes x on x.tenant_id = u.tenant_id and x.id = u.tax_id
  left join lateral (
    select * from surcharge_charges
    where tenant_id = u.tenant_id and surcharge_id = u.id and until_date > due.since
  ) c on true
  where (select exists (select from surcharges where status = 'given'))
  order by due.place, u.id`

/** Gives the customers and their services the discounts that count for them. */
export function withReductions(customers: readonly BillableCustomer[], rows: readonly DiscountRow[]): void {
  for (const { place, site_id, service_id, applies_to, from_day, until_day, left, ...row } of rows) {
    const customer = customers[place - 1]!
    const discount = { ...row, from: from_day, until: until_day ?? Infinity }
    if (applies_to === 'invoice') {
      customer.discounts = [...(customer.discounts ?? []), { ...discount, site_id, left }]
      continue
    }
    for (const service of customer.services)
      if (service_id === null ? (service.site?.id ?? null) === site_id : service.id === service_id)
        service.discounts = [...(service.discounts ?? []), discount]
  }
}

/** Puts surcharges after the services they belong to, each charged for by itself on the days on which its service is active. */
export function withSurcharges(customers: readonly BillableCustomer[], rows: readonly SurchargeRow[]): void {
  const found = new Map<string, BillableService>()
  for (const { place, service_id, from_day, until_day, charged_from, charged_until, ...row } of rows) {
    const services = customers[place - 1]!.services
    let surcharge = found.get(row.id)
    if (!surcharge) {
      const at = services.findIndex(({ id }) => id === service_id)
      if (at < 0) continue
      surcharge = surchargeOn(services[at]!, { ...row, from: from_day, until: until_day ?? Infinity })
      found.set(row.id, surcharge)
      services.splice(services.findLastIndex(({ id }) => id === service_id) + 1, 0, surcharge)
    }
    if (charged_from !== null && charged_until !== null)
      surcharge.charged.push({ from: charged_from, until: charged_until })
  }
}

/** A surcharge as something charged for by itself. */
export const surchargeOn = (service: BillableService, surcharge: BillableSurcharge): BillableService => ({
  ...service,
  surcharge,
  active: surchargedDays(service.active, surcharge),
  discounts: [],
  charged: [],
  setup_fee_charged: true,
})
