import type { Ctx } from '#kernel/ctx.ts'
import { today } from '#kernel/ctx.ts'
import type { EnteredChange, Period, Service } from '#modules/services/index.ts'
import { localDate, reason, within, type Reason } from './reason.ts'
import type { OnDay } from './standing.ts'

/** Why a service has its status on a day: the change that made it so, and the next one that makes it another. */
export function explainStatus(ctx: Ctx, service: Service, day: OnDay) {
  const { standing, periods, date } = day
  const decider = day.decider(({ status }) => status)
  const { since, until } = stretchOf(periods, date)
  const value = standing.status
  const first = value === 'pending' ? localDate(ctx, service.created_at) : (since ?? decider.date)
  const next = periods.find(({ from }) => until !== null && from === until)
  const verb = date < today(ctx).toString() ? 'was' : 'is'
  const because = decider.reason && decider.kind !== 'create' ? `, because ${within(decider.reason)}` : ''
  const added = localDate(ctx, service.created_at)
  const earliest = day.changes.reduce((least, one) => (one.date < least ? one.date : least), added)
  const sentence =
    date < earliest
      ? `The service was not there yet on ${date}: it was added on ${added}${next ? `, to begin on ${next.from}` : ''}.`
      : value === 'pending'
        ? `The service ${verb} pending since ${first}: ${next ? `it ${verb} to begin on ${next.from}` : `it ${verb} not activated yet`}.`
        : `The service ${verb} ${value} since ${first}${because}.`
  const reasons: Reason[] = [
    reason(ctx, decider.kind, entered(ctx, decider), {
      links: [
        { noun: 'service_change', id: decider.id },
        decider.kind === 'disable' || decider.kind === 'enable'
          ? { noun: 'customer', id: service.customer_id }
          : null,
      ],
    }),
    ...(value !== 'pending' && next
      ? [
          reason(ctx, 'next', `From ${next.from} on it is ${next.status}.`, {
            links: linksOf(day.changes.filter((change) => change.date === next.from)),
          }),
        ]
      : []),
    ...(service.bundle_service_id
      ? [
          reason(ctx, 'bundle', 'It is part of a bundle and goes with it.', {
            links: [{ noun: 'service', id: service.bundle_service_id }],
          }),
        ]
      : []),
  ]
  return {
    value,
    since: first,
    reason: decider.kind === 'create' ? null : decider.reason,
    actor: decider.actor,
    sentence,
    reasons: reasons.map((one) => one.sentence),
    because: reasons,
  }
}

/** Days around a day on which the status is the same. */
function stretchOf(periods: readonly Period[], date: string): { since: string | null; until: string | null } {
  const at = periods.findLastIndex(({ from }) => from <= date)
  if (at < 0) return { since: null, until: periods[0]?.from ?? null }
  const { status } = periods[at]!
  let [first, last] = [at, at]
  while (periods[first - 1]?.status === status) first--
  while (periods[last + 1]?.status === status) last++
  return { since: periods[first]!.from, until: periods[last]!.until }
}

/** Who entered a change, when, and why. */
export function entered(ctx: Ctx, change: EnteredChange): string {
  const on = localDate(ctx, change.created_at)
  const for_day = change.date === on ? '' : `, for ${change.date}`
  const why = change.reason ? `: ${within(change.reason)}` : ''
  return `${said[change.kind]} by ${change.actor.name} on ${on}${for_day}${why}.`
}

const said: Readonly<Record<EnteredChange['kind'], string>> = {
  create: 'Added',
  activate: 'Activated',
  stop: 'Stopped',
  resume: 'Resumed',
  disable: 'Disabled with its customer',
  enable: 'Came back with its customer',
  terminate: 'Terminated',
  terms: 'Terms agreed',
}

const linksOf = (changes: readonly EnteredChange[]) =>
  changes.map(({ id }) => ({ noun: 'service_change', id }))
