import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { receivePayment } from '#modules/payments/index.ts'
import type { Account, World } from './history.ts'
import { at, moment, together } from './past.ts'
import { by } from './staff.ts'

/** Day → who means to pay, and which part of what they owe by then. */
export type PaymentPlan = Map<number, { account: Account; part: 'all' | 'half' | 'rounded_up' }[]>

/** Who got an invoice today will pay it in their own way, unless they have stopped to. */
export function plannedPayments(world: World, customer_ids: readonly string[], today: number): void {
  const accounts = new Map(world.accounts.map((account) => [account.customer_id, account]))
  for (const customer_id of customer_ids) {
    const account = accounts.get(customer_id)
    if (!account) continue
    for (const [day, part] of habit(world, account, today)) {
      if (day >= (account.subscriber.stops_paying_on ?? Infinity)) continue
      const others = world.payments.get(day)
      if (others) others.push({ account, part })
      else world.payments.set(day, [{ account, part }])
    }
  }
}

function habit({ random }: World, { subscriber }: Account, today: number): [number, 'all' | 'half' | 'rounded_up'][] {
  const due_days = Number(subscriber.customer.due_days)
  switch (subscriber.pays) {
    case 'promptly':
    case 'by_agreement':
      return [[today + random.between(2, due_days - 2), 'all']]
    case 'by_card':
      return [[today + random.between(0, 1), 'all']]
    case 'late':
      return [[today + due_days + random.between(2, 12), 'all']]
    case 'in_parts':
      return [
        [today + 4, 'half'],
        [today + due_days + random.between(-1, 5), 'all'],
      ]
    case 'ahead':
      return [[today + random.between(3, 8), 'rounded_up']]
  }
}

/** The day's payments: each pays from what it owes by now, so that the year adds up whatever was corrected meanwhile. */
export async function payWhatIsOwed(ctx: Ctx, world: World, day: number, date: Temporal.PlainDate): Promise<void> {
  const paying = world.payments.get(day)
  if (!paying) return
  const owed = await ctx.db.all(sql<{ id: string; balance: bigint; number: string | null }>`
    select c.id, c.balance, i.number
    from customers c
    left join lateral (
      select number from invoices
      where customer_id = c.id and due_total > 0
      order by id
      limit 1
    ) i on true
    where c.id = any(${paying.map(({ account }) => account.customer_id)}::uuid[]) and c.balance < 0`)
  const byCustomer = new Map(owed.map((row) => [row.id, row]))
  await together(paying, async ({ account: { subscriber, customer_id }, part }, n) => {
    const debt = byCustomer.get(customer_id ?? '')
    if (!debt || !customer_id) return
    byCustomer.delete(customer_id)
    const method = subscriber.pays === 'by_card' ? 'card' : world.random.chance(0.06) ? 'cash' : 'bank_transfer'
    await at(ctx, moment(ctx, date, 8 + (n % 10), (n * 13) % 60), (then) =>
      receivePayment(by(world.staff.accountant, then), {
        customer_id,
        amount: amountOf(-debt.balance, part),
        method,
        ...(debt.number ? { reference: debt.number } : {}),
      }),
    )
  })
}

/** In minor units; `rounded_up` to the next ten of the currency. */
function amountOf(debt: bigint, part: 'all' | 'half' | 'rounded_up'): bigint {
  if (part === 'half') return (debt + 1n) / 2n
  return part === 'all' ? debt : ((debt + 999n) / 1000n) * 1000n
}
