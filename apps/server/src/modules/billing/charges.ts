import { dateOf, type Days } from '#kernel/calendar.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import type { BillLine, Part } from './bill.ts'
import { bearing } from './proration.ts'
import type { Charged } from './reconcile.ts'

/** What charged days are of: a service, or a surcharge on it. */
export type ChargedThing = { service_id: string; surcharge_id: string | null }

type Charge = ChargedThing & Charged

/** The days that a line charges; undefined where it charges none. */
export function chargeOf(line: BillLine, invoice_id: string): Charge | undefined {
  const { service_id, surcharge_id, tariff_id, days, charge, rhythm } = line
  if (!days || !charge || service_id === null || tariff_id === null) return undefined
  return {
    ...days,
    service_id,
    surcharge_id,
    invoice_id,
    tariff_id,
    price: line.unit_price,
    quantity: line.quantity,
    period_months: rhythm.period_months,
    anchor: rhythm.anchor,
    proration: bearing(rhythm.proration, { ...rhythm, from: days.from, billing_day: line.billing_day }),
    billing_day: line.billing_day,
    tax_rate: line.tax_rate,
    ...charge,
  }
}

/** Statements that write charged days down. The database refuses a day that is charged already, and with it them all. */
export function chargesOf(ctx: Ctx, charges: readonly Charge[]): Sql[] {
  const rows = charges.map(({ from, until, anchor, parts, proration, ...charge }) => ({
    ...charge,
    from_date: dateOf(from),
    until_date: dateOf(until),
    anchor: anchor === null ? null : dateOf(anchor),
    proration: proration ? JSON.stringify(proration) : null,
    parts:
      parts.length === 0
        ? null
        : JSON.stringify(parts.map(({ label, amount }) => ({ label, amount: String(amount) }))),
  }))
  const ofServices = rows.filter(({ surcharge_id }) => surcharge_id === null)
  const ofSurcharges = rows.filter(({ surcharge_id }) => surcharge_id !== null)
  const types = {
    service_id: 'uuid',
    from_date: 'repeated date',
    until_date: 'repeated date',
    invoice_id: 'repeated uuid',
    tariff_id: 'repeated uuid',
    price: 'bigint',
    quantity: 'integer',
    period_months: 'integer',
    anchor: 'repeated date',
    parts: 'jsonb',
    proration: 'jsonb',
    billing_day: 'integer',
    net: 'bigint',
    tax_rate: 'bigint',
    tax: 'bigint',
  } as const
  const columns = sql`service_id, during, invoice_id, tariff_id, price, quantity, period_months, anchor, parts, proration, billing_day, net, tax_rate, tax`
  const values = sql`c.service_id, daterange(c.from_date, c.until_date), c.invoice_id, c.tariff_id, c.price, c.quantity, c.period_months, c.anchor, c.parts, c.proration, c.billing_day, c.net, c.tax_rate, c.tax`
  const statements: Sql[] = []
  if (ofServices.length > 0)
    statements.push(sql`
      insert into charges (tenant_id, ${columns})
      select ${ctx.tenant.id}::uuid, ${values}
      from ${rowsOf('c', ofServices, types)}`)
  if (ofSurcharges.length > 0)
    statements.push(sql`
      insert into surcharge_charges (tenant_id, surcharge_id, ${columns})
      select ${ctx.tenant.id}::uuid, c.surcharge_id, ${values}
      from ${rowsOf('c', ofSurcharges, { ...types, surcharge_id: 'uuid' })}`)
  return statements
}

/** What was charged of a service and its surcharges for days from `from` on, locked; in order. */
export async function chargedSince(ctx: Ctx, service_id: string, from: string): Promise<Charge[]> {
  const rows = await Promise.all(
    [sql`charges`, sql`surcharge_charges`].map((table, n) =>
      ctx.db.all(sql<ChargedRow>`
        select lower(during) - date '1970-01-01' as from_day, until_date - date '1970-01-01' as until_day, service_id,
          ${n === 0 ? sql`null::uuid` : sql`surcharge_id`} as surcharge_id, invoice_id, tariff_id, price, quantity, period_months,
          anchor - date '1970-01-01' as anchor, parts, proration, billing_day, net, tax_rate, tax
        from ${table}
        where service_id = ${service_id} and until_date > ${from}::date
        order by until_date
        for update`),
    ),
  )
  return rows.flat().map(({ from_day, until_day, parts, ...row }) => ({
    ...row,
    from: from_day,
    until: until_day,
    parts: (parts ?? []).map(({ label, amount }) => ({ label, amount: BigInt(amount) })),
  }))
}

type ChargedRow = Omit<Charge, keyof Days | 'parts'> & {
  from_day: number
  until_day: number
  parts: { label: Part['label']; amount: string }[] | null
}

/** Charged days that are given back, or charged otherwise from now on, leave the book of charged days. */
export const removeCharges = (
  ctx: Ctx,
  { service_id, surcharge_id }: ChargedThing,
  charges: readonly Days[],
) =>
  ctx.db.run(sql`
    delete from ${surcharge_id === null ? sql`charges` : sql`surcharge_charges`}
    where ${surcharge_id === null ? sql`service_id = ${service_id}` : sql`surcharge_id = ${surcharge_id}`}
      and until_date = any(${charges.map(({ until }) => dateOf(until))}::date[])`)
