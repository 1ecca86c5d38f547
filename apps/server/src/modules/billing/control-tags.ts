import { today } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { find } from '#kernel/store.ts'
import { customers } from '#modules/customers/index.ts'
import { blockDebtors, release } from './dunning.ts'
import { runAutomatically } from './runs.ts'

/** Taking a tag off makes up for what it held back: missed periods are billed where bills go out by themselves, debtors are looked at. */
export const followTags = inside(
  'billing.follow_tags',
  ['customer.tag_added', 'customer.tag_removed'],
  async (ctx, { type, row_id, data }) => {
    const added = type === 'customer.tag_added'
    const customer = await find(ctx, customers, row_id)
    if (!customer) return
    if (data.tag === 'never_block') {
      if (!added) await blockDebtors(ctx, row_id)
      else if (customer.status === 'blocked')
        await release(ctx, row_id, 'the customer may not be blocked any more', true)
    }
    const { next_billing_on } = customer
    const missed = next_billing_on !== null && next_billing_on <= today(ctx).toString()
    if (data.tag === 'no_auto_billing' && !added && missed) await runAutomatically(ctx)
  },
)
