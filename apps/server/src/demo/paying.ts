import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { receivePayment } from '#modules/payments/index.ts'
import type { Account, World } from './history.ts'
import { at, moment, together } from './past.ts'
import { by } from './staff.ts'

/** Day → who means to pay, and which part of what they owe by then. */
export type PaymentPlan = Map<number, { account: Account; part: Part }[]>
type Part = 'all' | 'half' | 'quarter_ahead'

/** Who got an invoice today will pay it in their own way, unless they have stopped to. */
export function plannedPayments(world: World, customer_ids: readonly string[], today: number): void {
  const accounts = new Map(world.accounts.map((account) => [account.customer_id, account]))
  for (const customer_id of customer_ids) {
    const account = accounts.get(customer_id)
    if (!account) continue
    for (const [day, part] of habit(world, account, today)) {
      if (day >= (account.subscriber.stops_paying_on ?? Infinity)) continue
      const posted = bankingDay(world, day)
      const others = world.payments.get(posted)
      if (others) others.push({ account, part })
      else world.payments.set(posted, [{ account, part }])
    }
  }
}

/** What comes in at a weekend is posted on Monday. */
function bankingDay({ first_day }: World, day: number): number {
  const { dayOfWeek } = first_day.add({ days: day })
  return day + (dayOfWeek === 6 ? 2 : dayOfWeek === 7 ? 1 : 0)
}

function habit({ random }: World, { subscriber }: Account, today: number): [number, Part][] {
  const due_days = Number(subscriber.customer.due_days)
  switch (subscriber.pays) {
    case 'promptly':
    case 'in_cash':
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
      return [[today + random.between(3, 8), 'quarter_ahead']]
  }
}

/** The day's payments: each pays from what it owes by now, so that the year adds up whatever was corrected meanwhile. */
export async function payWhatIsOwed(
  ctx: Ctx,
  world: World,
  day: number,
  date: Temporal.PlainDate,
): Promise<void> {
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
  const debts = new Map(owed.map((row) => [row.id, row]))
  // The bank's statement comes in the morning and is posted as a whole.
  await at(ctx, moment(ctx, date, 10, 40), (then) =>
    together(paying, async ({ account: { subscriber, customer_id }, part }) => {
      const debt = debts.get(customer_id ?? '')
      if (!debt || !customer_id) return
      debts.delete(customer_id)
      await receivePayment(by(world.staff.accountant, then), {
        customer_id,
        amount: amountOf(-debt.balance, part),
        method:
          subscriber.pays === 'by_card' ? 'card' : subscriber.pays === 'in_cash' ? 'cash' : 'bank_transfer',
        ...(debt.number ? { reference: debt.number } : {}),
      })
    }),
  )
}

/** In minor units. Who pays a quarter ahead owes nothing for the next two invoices: their credit pays them. */
function amountOf(debt: bigint, part: Part): bigint {
  if (part === 'half') return (debt + 1n) / 2n
  return part === 'all' ? debt : debt * 3n
}
