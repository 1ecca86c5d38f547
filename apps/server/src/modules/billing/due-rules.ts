import { sql, type Sql } from '#kernel/sql.ts'
import type { BillableCustomer } from './bill.ts'
import type { FirstPeriod } from './proration.ts'

/** The rule that a service was sold under; `first_day` is its first active day. */
export type ProrationRow = {
  place: number
  service_id: string
  rule: FirstPeriod
  equal_months: boolean
  unit: number
  first_day: number | null
}

const epoch = sql`date '1970-01-01'`

/** `due`: the accounts asked for, by place; nobody is looked at where no service was sold under a rule. */
export const prorationsOf = (due: Sql) => sql<ProrationRow>`
  select due.place, r.service_id, r.rule, r.equal_months, r.unit,
    (select min(lower(p.during)) from service_periods p
    where p.tenant_id = s.tenant_id and p.service_id = any (array[s.id]) and p.status = 'active') - ${epoch} as first_day
  from ${due}
  cross join lateral (select * from services where customer_id = due.id offset 0) s
  join service_prorations r on r.tenant_id = s.tenant_id and r.service_id = s.id
  where (select exists (select from service_prorations))`

/** Gives services, and each stretch of their days, the rule they were sold under. */
export function withProrations(customers: readonly BillableCustomer[], rows: readonly ProrationRow[]): void {
  for (const { place, service_id, first_day, ...rule } of rows) {
    const service = customers[place - 1]!.services.find(({ id }) => id === service_id)
    if (!service || first_day === null) continue
    const proration = { first: first_day, ...rule }
    service.proration = proration
    service.active = service.active.map((stretch) => ({ ...stretch, proration }))
  }
}

/** From which amount on whom an invoice is made for: the nearest rule of the customer and the partners above it. */
export const leastInvoicesOf = (customers: readonly { id: string; partner_id: string }[]) => sql<{
  id: string
  min_invoice: bigint
}>`
  select c.id, b.min_invoice
  from unnest(${customers.map(({ id }) => id)}::uuid[], ${customers.map(({ partner_id }) => partner_id)}::uuid[]) as c(id, partner_id)
  cross join lateral (
    with recursive above as (
      select p.id, p.parent_id, 1 as height from partners p where p.id = c.partner_id
      union all
      select p.id, p.parent_id, a.height + 1 from above a join partners p on p.id = a.parent_id where a.height < 100
    )
    select b.min_invoice
    from billing_policies b
    left join above a on a.id = b.partner_id and b.customer_id is null
    where (b.customer_id = c.id or a.id is not null) and b.min_invoice is not null
    order by b.customer_id is null, a.height
    limit 1
  ) b
  where (select exists (select from billing_policies where min_invoice is not null))`

export function withLeastInvoices(
  customers: readonly BillableCustomer[],
  rows: readonly { id: string; min_invoice: bigint }[],
): void {
  if (rows.length === 0) return
  const least = new Map(rows.map(({ id, min_invoice }) => [id, min_invoice]))
  for (const customer of customers) {
    const min_invoice = least.get(customer.id)
    if (min_invoice !== undefined) customer.min_invoice = min_invoice
  }
}
