import { dayOf } from '#kernel/calendar.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import type { Tariff } from '#modules/catalog/index.ts'
import type { Service } from '#modules/services/index.ts'
import { policyOf, type Policy } from '../policies.ts'
import type { FirstPeriod, Proration } from '../proration.ts'
import { once } from './price-steps.ts'
import { amountOf, reason, type Reason } from './reason.ts'

type Sold = Proration & { policy_id: string | null }

/** The rule a service was sold under; null: by the day. */
export async function prorationOf(ctx: Ctx, service_id: string): Promise<Sold | null> {
  const row = await ctx.db.maybe(sql<Omit<Sold, 'first'> & { begins: string | null }>`
    select r.rule, r.equal_months, r.unit, r.policy_id,
      (select min(lower(during)) from service_periods where service_id = ${service_id} and status = 'active') as begins
    from service_prorations r
    where r.service_id = ${service_id}`)
  if (!row?.begins) return null
  const { begins, ...rule } = row
  return { first: dayOf(begins), ...rule }
}

/** The rules by which a service is billed: that of its first period, and those of its customer and partner. */
export async function ruleSteps(
  ctx: Ctx,
  service: Service,
  tariff: Tariff,
  sold: Sold | null,
): Promise<Reason[]> {
  if (once(tariff)) return []
  const policy = await policyOf(ctx, {
    partner_id: service.partner_id ?? ctx.tenant.root_partner_id,
    customer_id: service.customer_id,
  })
  const linkOf = (id: string | null | undefined) => (id ? { noun: 'billing_policy', id } : null)
  return [
    reason(ctx, 'first_period', firstPeriodSaid[sold?.rule ?? 'by_day'], {
      links: [linkOf(sold?.policy_id)],
    }),
    ...(sold?.equal_months && service.period_months > 1
      ? [
          reason(ctx, 'equal_months', `Each of its ${service.period_months} months counts alike.`, {
            links: [linkOf(sold.policy_id)],
          }),
        ]
      : []),
    reason(ctx, 'change_rules', changeSaid(policy), {
      links: [linkOf(policy.said_by.refund), linkOf(policy.said_by.charge)],
    }),
    ...(policy.min_invoice > 0n
      ? [
          reason(
            ctx,
            'min_invoice',
            `An invoice is made from ${amountOf(ctx, policy.min_invoice)} on; less is carried forward.`,
            { links: [linkOf(policy.said_by.min_invoice)] },
          ),
        ]
      : []),
  ]
}

const firstPeriodSaid: Readonly<Record<FirstPeriod, string>> = {
  by_day: 'Where it begins or ends within a period, its days are charged.',
  full: 'The period in which it began costs its whole price.',
  rounded: 'The share of the period in which it began is rounded to whole units of the currency.',
  plus_full: 'The share of the period in which it began was charged together with the whole next period.',
  deferred: 'The share of the period in which it began is charged together with the next period.',
}

const changeSaid = ({ refund, charge }: Policy): string =>
  refund === 'none'
    ? 'A tariff changes only where what is paid for ends; nothing is given back.'
    : `When the tariff changes, unused days are given back and the rest of the period is charged ${charge === 'at_once' ? 'at once' : 'with the next bill'}.`
