import { collectionCommand, command } from '#kernel/commands.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { change, insert, lock } from '#kernel/store.ts'
import { dayAfter, daysBetween, firstDay, lastDay, mustFollow, tellServices } from './granted.ts'
import { services } from './services.ts'
import { surcharges } from './surcharges.ts'

const reason = { kind: 'text', max: 500, nullable: true } as const

export const createSurcharge = collectionCommand(
  surcharges,
  'create',
  {
    label: 'Add surcharge',
    input: {
      service_id: { kind: 'reference', to: 'service' },
      label: { kind: 'text', max: 120, help: 'As the invoice says it' },
      price: { kind: 'money', min: 0, max: 100_000_000, unit: 'a month' },
      quantity: { kind: 'integer', min: 1, max: 10_000, default: 1 },
      tax_id: { kind: 'reference', to: 'tax', nullable: true, help: 'Empty: taxed as its service' },
      from_date: { kind: 'date', nullable: true, help: 'Today when left out' },
      to_date: { kind: 'date', nullable: true, help: 'The last day; empty: for good' },
      reason,
    },
  },
  async (ctx, { reason: why = null, from_date, to_date = null, ...input }) => {
    const service = await lock(ctx, services, input.service_id)
    if (service.status === 'terminated') throw new Refused(409, 'service_ended', 'This service has ended.')
    if (service.service_type === 'one_time')
      throw invalidField(
        'service_id',
        'charged_once',
        'A one-time service is charged once and has no surcharges; add another one-time service.',
      )
    const from = firstDay(ctx, from_date, why)
    mustFollow(from, to_date)
    const surcharge = await insert(
      ctx,
      surcharges,
      { ...input, customer_id: service.customer_id, from_date: from, to_date, status: 'given' },
      { reason: why },
    )
    await tellServices(ctx, surcharge, { from, until: dayAfter(to_date) }, why)
    return surcharge
  },
)

export const endSurcharge = command(
  surcharges,
  'end',
  {
    input: { to_date: { kind: 'date', nullable: true, help: 'The last day; today when left out' }, reason },
    help: 'What was billed for days after it is credited.',
    unless: refusedWhenWithdrawn,
  },
  async (ctx, surcharge, { to_date: wanted, reason: why = null }) => {
    const to_date = lastDay(ctx, surcharge, wanted, why)
    const ended = await change(ctx, surcharges, surcharge, { to_date }, { action: 'ended', reason: why })
    await tellServices(ctx, surcharge, daysBetween(surcharge.to_date, to_date), why)
    return ended
  },
)

export const withdrawSurcharge = command(
  surcharges,
  'withdraw',
  {
    danger: true,
    input: { reason: { kind: 'text', max: 500 } },
    help: 'As if it had never been there: what was billed for it is credited.',
    unless: refusedWhenWithdrawn,
  },
  async (ctx, surcharge, { reason: why }) => {
    const withdrawn = await change(
      ctx,
      surcharges,
      surcharge,
      { status: 'withdrawn' },
      { action: 'withdrawn', reason: why },
    )
    await tellServices(ctx, surcharge, { from: surcharge.from_date, until: dayAfter(surcharge.to_date) }, why)
    return withdrawn
  },
)

function refusedWhenWithdrawn({ status }: { status: string }): string | null {
  return status === 'withdrawn' ? 'It was withdrawn.' : null
}
