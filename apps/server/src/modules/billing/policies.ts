import type { Ctx } from '#kernel/ctx.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { partnersAbove } from '#modules/catalog/index.ts'
import { firstPeriods } from './proration.ts'

const fee = { kind: 'money', min: 0, max: 100_000_000, nullable: true, list: true } as const

/** What a change of tariff gives back and costs, how the first period is charged, and from when on an invoice is made. */
export const billingPolicies = resource('billing_policy', {
  plural: 'billing_policies',
  title: 'partner_id',
  scope: 'partner',
  help: 'The rules by which services are billed, of a partner or of one customer. An empty rule is that of the partner (above); where nobody says, unused days are given back, the rest of the period is charged at once, a change is free, and the first period is charged by the day.',
  fields: {
    partner_id: {
      kind: 'reference',
      to: 'partner',
      immutable: true,
      nullable: true,
      filter: true,
      list: true,
      help: 'Whose customers they are; empty: your own',
    },
    customer_id: {
      kind: 'reference',
      to: 'customer',
      immutable: true,
      nullable: true,
      filter: true,
      list: true,
      stays: true,
      help: 'Only this customer',
    },
    refund: {
      kind: 'choice',
      values: ['unused', 'none'],
      value_labels: { unused: 'Unused days', none: 'Nothing' },
      nullable: true,
      list: true,
      help: 'Unused days: those paid in advance are given back. Nothing: a tariff changes only where what is paid for ends',
    },
    charge: {
      kind: 'choice',
      values: ['at_once', 'next_bill'],
      value_labels: { at_once: 'At once', next_bill: 'On the next bill' },
      nullable: true,
      list: true,
      help: 'When the new tariff is charged for the rest of the period',
    },
    fee_up: { ...fee, help: 'For a change to a dearer tariff, without tax' },
    fee_down: { ...fee, help: 'For a change to a cheaper one, without tax' },
    first_period: {
      kind: 'choice',
      values: firstPeriods,
      nullable: true,
      list: true,
      help: 'Of services sold from now on, where they begin within a period. By day: the share of its days. Full: its whole price. Rounded: the share, in whole units of the currency. Plus full: the share, and the whole next period at once. Deferred: the share, together with the next period',
    },
    longer_periods: {
      kind: 'choice',
      values: ['by_day', 'equal_months'],
      nullable: true,
      help: 'Of services sold from now on: how the price of several months is shared out, by their days or with every month alike',
    },
    min_invoice: {
      ...fee,
      label: 'Smallest invoice',
      help: 'With tax. What comes to less is carried forward until it is reached; the last invoice is made anyway',
    },
  },
})
export type BillingPolicy = Row<typeof billingPolicies>

type Rule = 'refund' | 'charge' | 'fee_up' | 'fee_down' | 'first_period' | 'longer_periods' | 'min_invoice'

type Rules = { [K in Rule]: NonNullable<BillingPolicy[K]> }
export type Policy = Rules & {
  /** The policy that says a rule; nothing where nobody does. */
  said_by: Partial<Record<Rule, string>>
}

/** The rules for a customer: each is its own, or of the nearest partner who says it. */
export async function policyOf(
  ctx: Ctx,
  { partner_id, customer_id }: { partner_id: string; customer_id: string },
): Promise<Policy> {
  const { ofPartners, some } = await policiesOf(ctx)
  const above = new Set(partnersAbove(ctx, partner_id))
  const own = some
    ? await ctx.db.all(sql<BillingPolicy>`select * from billing_policies where customer_id = ${customer_id}`)
    : []
  const said = [...own, ...ofPartners.filter((one) => one.partner_id !== null && above.has(one.partner_id))]
  const distance = (one: BillingPolicy) =>
    one.customer_id ? 0 : (ctx.tenant.subtrees.get(one.partner_id ?? '')?.length ?? 0)
  const nearest = said.sort((a, b) => distance(a) - distance(b))
  const said_by: Policy['said_by'] = {}
  const rule = <K extends Rule>(name: K, otherwise: Rules[K]): Rules[K] => {
    const found = nearest.find((one) => one[name] !== null)
    const value = found?.[name] ?? null
    if (!found || value === null) return otherwise
    said_by[name] = found.id
    return value as Rules[K] // The compiler does not follow that it is not null.
  }
  return {
    refund: rule('refund', 'unused'),
    charge: rule('charge', 'at_once'),
    fee_up: rule('fee_up', 0n),
    fee_down: rule('fee_down', 0n),
    first_period: rule('first_period', 'by_day'),
    longer_periods: rule('longer_periods', 'by_day'),
    min_invoice: rule('min_invoice', 0n),
    said_by,
  }
}

/** Partners' policies, read once a transaction: many services may be changed in one. `some`: customers have their own as well. */
function policiesOf(ctx: Ctx): Promise<{ ofPartners: BillingPolicy[]; some: boolean }> {
  const before = read.get(ctx.effects)
  if (before) return before
  const now = ctx.db
    .all(sql<BillingPolicy>`
      (select * from billing_policies where customer_id is null)
      union all
      (select * from billing_policies where customer_id is not null limit 1)`)
    .then((rows) => ({
      ofPartners: rows.filter((one) => one.customer_id === null),
      some: rows.some((one) => one.customer_id !== null),
    }))
  read.set(ctx.effects, now)
  return now
}
const read = new WeakMap<object, Promise<{ ofPartners: BillingPolicy[]; some: boolean }>>()
