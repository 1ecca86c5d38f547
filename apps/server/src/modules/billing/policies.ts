import type { Ctx } from '#kernel/ctx.ts'
import { resource } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { partnersAbove } from '#modules/catalog/index.ts'

const fee = { kind: 'money', min: 0, max: 100_000_000, nullable: true, list: true } as const

/** What a change of tariff gives back and costs, by partner. */
export const billingPolicies = resource('billing_policy', {
  plural: 'billing_policies',
  title: 'partner_id',
  scope: 'partner',
  help: 'What a change of tariff gives back and costs. An empty rule is that of the partner above; where nobody says, unused days are given back, the rest of the period is charged at once, and the change is free.',
  fields: {
    partner_id: { kind: 'reference', to: 'partner', immutable: true, filter: true, list: true },
    refund: {
      kind: 'choice',
      values: ['unused', 'none'],
      nullable: true,
      list: true,
      help: 'Unused: days paid in advance are given back. None: a tariff changes only where what is paid for ends',
    },
    charge: {
      kind: 'choice',
      values: ['at_once', 'next_bill'],
      nullable: true,
      list: true,
      help: 'When the new tariff is charged for the rest of the period',
    },
    fee_up: { ...fee, help: 'For a change to a dearer tariff, without tax' },
    fee_down: { ...fee, help: 'For a change to a cheaper one, without tax' },
  },
})

export type Policy = {
  refund: 'unused' | 'none'
  charge: 'at_once' | 'next_bill'
  fee_up: bigint
  fee_down: bigint
}

/** The rules for a partner's customers: each from the nearest partner who says it. */
export async function policyOf(ctx: Ctx, partner_id: string): Promise<Policy> {
  const said = await ctx.db.all(sql<{ partner_id: string } & { [K in keyof Policy]: Policy[K] | null }>`
    select partner_id, refund, charge, fee_up, fee_down
    from billing_policies
    where partner_id = any(${partnersAbove(ctx, partner_id)}::uuid[])`)
  const below = (id: string) => ctx.tenant.subtrees.get(id)?.length ?? 0
  const nearest = said.sort((a, b) => below(a.partner_id) - below(b.partner_id))
  return {
    refund: nearest.find(({ refund }) => refund !== null)?.refund ?? 'unused',
    charge: nearest.find(({ charge }) => charge !== null)?.charge ?? 'at_once',
    fee_up: nearest.find(({ fee_up }) => fee_up !== null)?.fee_up ?? 0n,
    fee_down: nearest.find(({ fee_down }) => fee_down !== null)?.fee_down ?? 0n,
  }
}
