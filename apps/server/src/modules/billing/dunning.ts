import { today, type Ctx } from '#kernel/ctx.ts'
import { asSystem, inside } from '#kernel/insiders.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { empty, sql } from '#kernel/sql.ts'
import { find } from '#kernel/store.ts'
import {
  activateCustomer,
  blockCustomer,
  customers,
  disableCustomer,
  unblockCustomer,
} from '#modules/customers/index.ts'

/** Who acts when a customer is held for not paying; whatever else moves a customer's status ends the hold. */
const dunner = 'Dunning'

/**
 * Held are customers whose balance is below their least while an invoice is unpaid past its due date and the customer's
 * blocking_days. Whoever must keep a credit (min_balance above zero) is held for lacking it as well, once an invoice was due.
 */
type Debt = {
  customer_id: string
  number: string
  due_total: bigint
  due_date: string
  balance: bigint
  min_balance: bigint
}

type Whom = { only?: string; standing: 'dunnable' | 'any' }

const debts = (ctx: Ctx, { only, standing }: Whom) => sql<Debt>`
  select c.id as customer_id, i.number, i.due_total, i.due_date, c.balance, c.min_balance
  from customers c
  cross join lateral (
    select number, due_total, due_date
    from invoices
    where tenant_id = c.tenant_id and customer_id = c.id and status <> 'void' and due_date + c.blocking_days < ${today(ctx)}::date
      and (due_total > 0 or c.min_balance > 0)
    order by due_total = 0, due_date, id
    limit 1
  ) i
  where c.balance < c.min_balance
    ${only ? sql`and c.id = ${only}` : empty}
    ${standing === 'dunnable' ? sql`and c.status = 'active' and c.auto_block and not c.never_block` : empty}
  order by c.id
  limit 100000`

/** Every night, after invoices became overdue: blocks who owes, and disables who was blocked longer than its grace days. */
export async function dun(ctx: Ctx): Promise<void> {
  await blockDebtors(ctx)
  await disableExpired(ctx)
}

/** All who owe, or one of whom something changed. */
export async function blockDebtors(ctx: Ctx, only?: string): Promise<void> {
  const acting = asSystem(ctx, dunner)
  const whom: Whom = { standing: 'dunnable', ...(only ? { only } : {}) }
  for (const debt of await ctx.db.all(debts(ctx, whom))) {
    await blockCustomer(acting, debt.customer_id, { reason: reasonOf(ctx, debt) })
    await ctx.db.run(sql`
      insert into dunning_holds (tenant_id, customer_id, stage, since) values (${ctx.tenant.id}, ${debt.customer_id}, 'blocked', ${today(ctx)})
      on conflict (tenant_id, customer_id) do update set stage = 'blocked', since = excluded.since`)
  }
}

async function disableExpired(ctx: Ctx): Promise<void> {
  const acting = asSystem(ctx, dunner)
  const expired = await ctx.db.all(sql<{
    customer_id: string
    since: string
    grace_days: number
    status_reason: string | null
  }>`
    select h.customer_id, h.since, c.grace_days, c.status_reason
    from dunning_holds h
    join customers c on c.tenant_id = h.tenant_id and c.id = h.customer_id
    where h.stage = 'blocked' and c.status = 'blocked' and not c.never_block and c.grace_days > 0 and h.since + c.grace_days < ${today(ctx)}::date
    order by h.customer_id`)
  for (const { customer_id, since, grace_days, status_reason } of expired) {
    await disableCustomer(acting, customer_id, {
      reason:
        `blocked since ${since}, longer than the ${grace_days} days of grace: ${status_reason ?? 'unpaid'}`.slice(
          0,
          500,
        ),
    })
    await ctx.db.run(
      sql`update dunning_holds set stage = 'disabled', since = ${today(ctx)} where customer_id = ${customer_id}`,
    )
  }
}

/** Money came in, or a debt went away: whom dunning holds is let go when the reason is gone. */
export const letGo = inside(
  'billing.let_go',
  ['payment.received', 'credit_note.finalized', 'invoice.voided', 'invoice.paid'],
  async (ctx, event) => {
    const { customer_id } = event.data
    if (typeof customer_id === 'string')
      await release(ctx, customer_id, sentences[event.type] ?? 'nothing is overdue any more')
  },
)

/** Ends the hold on a customer whose debt is gone, or who may not be held. */
export async function release(
  ctx: Ctx,
  customer_id: string,
  reason: string,
  whatever_is_owed = false,
): Promise<void> {
  const held = await ctx.db.maybe(
    sql<{
      stage: 'blocked' | 'disabled'
    }>`select stage from dunning_holds where customer_id = ${customer_id}`,
  )
  if (!held) return
  if (!whatever_is_owed && (await ctx.db.maybe(debts(ctx, { only: customer_id, standing: 'any' })))) return
  // Somebody who acts by hand leaves a hold only together with its status.
  const customer = await find(ctx, customers, customer_id)
  await ctx.db.run(sql`delete from dunning_holds where customer_id = ${customer_id}`)
  if (customer?.status === 'blocked') await unblockCustomer(asSystem(ctx, dunner), customer_id, { reason })
  else if (customer?.status === 'disabled' && held.stage === 'disabled')
    await activateCustomer(asSystem(ctx, dunner), customer_id, { reason })
}

/** Somebody else decided: a payment does not undo that. */
export const endHold = inside(
  'billing.end_hold',
  ['customer.unblocked', 'customer.activated', 'customer.disabled', 'customer.blocked'],
  async (ctx, event) => {
    if (event.actor.kind === 'system' && event.actor.name === dunner) return
    if (event.type === 'customer.activated' && event.data.from === 'new') return
    await ctx.db.run(sql`delete from dunning_holds where customer_id = ${event.row_id}`)
  },
)

function reasonOf(ctx: Ctx, debt: Debt): string {
  const money = (units: bigint) =>
    `${formatDecimal(units, currencyDigits(ctx.tenant.currency))} ${ctx.tenant.currency}`
  if (debt.due_total === 0n)
    return `the balance ${money(debt.balance)} is below the agreed ${money(debt.min_balance)}`
  return `invoice ${debt.number} over ${money(debt.due_total)} is unpaid since its due date ${debt.due_date}`
}

const sentences: Record<string, string> = {
  'payment.received': 'a payment came in',
  'invoice.paid': 'the invoice was paid',
  'credit_note.finalized': 'a credit note was issued',
  'invoice.voided': 'the unpaid invoice was voided',
}
