import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change, lock } from '#kernel/store.ts'
import { customers, type Customer } from './customers.ts'
import { merged } from './status-rules.ts'
import { called, mustBeReadyToAggregate, mustBeReadyToLeave } from './hierarchy-rules.ts'

const reason = { kind: 'text', max: 500, nullable: true } as const

/** Places an account below another: for sight only, or to be billed on the other's document. Records `customer.parent_set`. */
export const setParent = command(
  customers,
  'set_parent',
  {
    label: 'Place below account',
    help: 'Independent: shown below it. Aggregated: billed on its document, on its billing day.',
    input: {
      parent_id: { kind: 'reference', to: 'customer', label: 'Parent account' },
      mode: { kind: 'choice', values: ['independent', 'aggregated'], default: 'independent' },
      reason,
    },
    unless: (customer) =>
      customer.merged_into_id
        ? merged
        : customer.billed_by_id
          ? 'This account is billed with the one above it. Take it out first.'
          : null,
  },
  async (ctx, customer, { parent_id, mode = 'independent', reason: why = null }) => {
    if (parent_id === customer.id)
      throw invalidField('parent_id', 'own_parent', 'An account cannot be placed below itself.')
    const parent = await lock(ctx, customers, parent_id)
    if (parent.merged_into_id)
      throw new Refused(
        409,
        'merged',
        `${called(parent)} was merged into another customer. Place it below that one.`,
      )
    if (parent.partner_id !== customer.partner_id)
      throw new Refused(
        409,
        'other_partner',
        `${called(parent)} belongs to another partner. An account and its parent belong to the same one.`,
      )
    if (parent_id === customer.parent_id && mode === customer.sub_billing_mode)
      throw new Refused(409, 'there_already', `This account lies below ${called(parent)} already.`)
    const told = {
      action: 'parent_set',
      reason: why,
      data: { parent_id, mode, from_parent_id: customer.parent_id },
    }
    if (mode === 'independent')
      return change(ctx, customers, customer, { parent_id, sub_billing_mode: 'independent' }, told)
    const account = parent.billed_by_id ? await lock(ctx, customers, parent.billed_by_id) : parent
    if (account.id === customer.id)
      throw new Refused(409, 'hierarchy_loop', `${called(parent)} lies below this account.`)
    mustBeReadyToAggregate(customer, account, {
      today: today(ctx).toString(),
      currency: ctx.tenant.currency,
    })
    const placed = await change(
      ctx,
      customers,
      customer,
      {
        parent_id,
        sub_billing_mode: 'aggregated',
        billed_by_id: account.id,
        billing_day: account.billing_day,
        next_billing_on: null,
      },
      {
        ...told,
        data: { ...told.data, billed_by_id: account.id, next_billing_on: customer.next_billing_on },
      },
    )
    await billWith(ctx, account, sql`select id from customers where billed_by_id = ${customer.id}`)
    return placed
  },
)

/** Takes an account from below its parent; one that was billed with it is billed by itself again. Records `customer.parent_left`. */
export const leaveParent = command(
  customers,
  'leave_parent',
  {
    label: 'Take out of account',
    help: 'It stands for itself; if it was billed with the account above, it is billed by itself again.',
    input: { reason },
    unless: (customer) => (customer.parent_id ? null : 'This account lies below no other.'),
  },
  async (ctx, customer, { reason: why = null }) => {
    const told = { action: 'parent_left', reason: why }
    const data = { parent_id: customer.parent_id, billed_by_id: customer.billed_by_id }
    const alone = { parent_id: null, sub_billing_mode: 'independent' } as const
    if (!customer.billed_by_id) return change(ctx, customers, customer, alone, { ...told, data })
    const account = await lock(ctx, customers, customer.billed_by_id)
    mustBeReadyToLeave(account, { today: today(ctx).toString() })
    const left = await change(
      ctx,
      customers,
      customer,
      { ...alone, billed_by_id: null, next_billing_on: account.next_billing_on },
      { ...told, data },
    )
    await billWith(
      ctx,
      left,
      sql`
        with recursive below as (
          select id from customers where parent_id = ${left.id} and sub_billing_mode = 'aggregated'
          union all
          select c.id from below b join customers c on c.parent_id = b.id and c.sub_billing_mode = 'aggregated'
        )
        select id from below`,
    )
    return left
  },
)

/** From now on these aggregated accounts come on the document of `account`, on its billing day. */
export async function billWith(ctx: Ctx, account: Customer, ids: ReturnType<typeof sql>): Promise<void> {
  const moved = await ctx.db.all(sql<{ id: string; was: string }>`
    with were as (select id, billed_by_id from customers where id in (${ids}))
    update customers c
    set billed_by_id = ${account.id}, billing_day = ${account.billing_day}, version = version + 1, updated_at = ${ctx.now}
    from were
    where c.id = were.id
    returning c.id, were.billed_by_id as was`)
  for (const { id, was } of moved)
    record(ctx, {
      noun: 'customer',
      row_id: id,
      action: 'billed_with',
      changes: { billed_by_id: [was, account.id] },
    })
}
