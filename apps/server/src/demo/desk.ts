import { today, type Ctx } from '#kernel/ctx.ts'
import { asResource, create } from '#kernel/store.ts'
import { addTag, recordConsent } from '#modules/customers/index.ts'
import { notes, todos } from '#modules/notes/index.ts'
import { changeTariff, stopService } from '#modules/services/index.ts'
import type { World } from './history.ts'
import { at, moment } from './past.ts'
import { by } from './staff.ts'

/** What lies on the office's desks this morning: notes, to-dos, consents, and what customers have asked for later. */
export async function fillDesks(ctx: Ctx, { accounts, provider, staff }: World): Promise<void> {
  const now = today(ctx)
  const people = accounts.filter(
    ({ customer_id, subscriber }) => customer_id !== undefined && subscriber.customer.category === 'person',
  )
  // Connected, paying, and nothing changed yet, whatever the day on which this is told.
  const settled = people.filter(
    ({ subscriber: { pays, joins_on, leaves_on, stops_paying_on, services } }) => {
      const [line] = services
      return (
        pays === 'promptly' &&
        joins_on < 0 &&
        leaves_on === undefined &&
        stops_paying_on === undefined &&
        line?.tariff === 'fibre_100' &&
        !line.paused &&
        !line.moves_to
      )
    },
  )
  const [moving, away, travelling, by_hand] = settled
  const others = people.filter((account) => !settled.includes(account))
  const next_month = now.add({ months: 1 }).with({ day: 1 })
  await at(ctx, moment(ctx, now, 8, 30), async (then) => {
    const reception = by(staff.reception, then)
    if (moving)
      await changeTariff(reception, moving.service_ids[0]!, {
        tariff_id: provider.tariffs.fibre_300,
        date: next_month.toString(),
        reason: 'asked on the telephone',
      })
    for (const account of [away, travelling])
      if (account)
        await stopService(reception, account.service_ids[0]!, {
          date: next_month.toString(),
          until: next_month.add({ months: 1 }).toString(),
          reason: 'away for a month',
        })
    if (by_hand)
      await addTag(reception, by_hand.customer_id!, {
        tag: 'no_auto_payment',
        reason: 'pays in cash at the office',
      })
    for (const [n, { customer_id }] of others.slice(0, 20).entries())
      await recordConsent(reception, {
        customer_id: customer_id!,
        purpose: n % 3 === 0 ? 'marketing' : 'terms',
        channel: n % 3 === 0 ? 'email' : null,
        status: n % 9 === 0 ? 'withdrawn' : 'given',
        obtained_by: n % 2 === 0 ? 'paper' : 'phone',
      })
    for (const [n, [title, days]] of tasks.entries()) {
      const account = others[n]
      if (account)
        await create(reception, asResource(todos), {
          noun: 'customer',
          row_id: account.customer_id,
          title,
          due_date: now.add({ days }).toString(),
          assignee_id: (n % 2 === 0 ? staff.technician : staff.reception).id,
          pinned: days < 0,
        })
    }
    for (const [n, text] of remarks.entries()) {
      const account = others[n + tasks.length]
      if (account)
        await create(reception, asResource(notes), {
          noun: 'customer',
          row_id: account.customer_id,
          text,
          pinned: n === 0,
        })
    }
  })
}

const tasks = [
  ['Call back about the slow evenings', -1],
  ['Bring a router with a longer cable', 0],
  ['Send the contract for the second flat', 2],
  ['Ask whether the new socket holds', 5],
] as const

const remarks = [
  'The dog is friendly; the gate code is 4711.',
  'Prefers to be called after six.',
  'The fibre comes in through the cellar, beside the meter.',
]
