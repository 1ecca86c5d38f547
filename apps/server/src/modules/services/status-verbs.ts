import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { asSystem } from '#kernel/insiders.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { find, lock } from '#kernel/store.ts'
import { tariffs } from '#modules/catalog/index.ts'
import { customers } from '#modules/customers/index.ts'
import { assignPoolAddress } from '#modules/network/index.ts'
import { dateField, dayOfChange, mustNotBeBeforeStart, reasonField } from './dates.ts'
import { enter } from './enter.ts'
import { completed, timelineNow, type Entry } from './history.ts'
import { enterDecided, knownOf, type Decided, type Known } from './known.ts'
import { phasesOfService } from './phases.ts'
import { partOfBundle, services, type Service } from './services.ts'
import { mustBeWithinLimit } from './stop-limit.ts'
import { periodOn, timelineOf } from './timeline.ts'

export const activateService = command(
  services,
  'activate',
  {
    input: { date: dateField, reason: reasonField },
    help: 'From this day it works and is billed.',
    unless: (service) =>
      ['pending', 'stopped', 'disabled'].includes(service.status)
        ? null
        : `This service is ${service.status}.`,
  },
  async (ctx, service, { date, reason }) => {
    const from =
      date || service.status !== 'pending'
        ? dayOfChange(ctx, date, reason)
        : laterOf(service.start_date, today(ctx).toString())
    const customer = await lock(ctx, customers, service.customer_id)
    if (customer.status === 'disabled')
      throw new Refused(409, 'customer_disabled', 'The customer is disabled. Activate the customer first.')
    const pool =
      service.ipv4_mode === 'pool' ? await assignPoolAddress(ctx, service.id, service.router_id) : undefined
    const told = { reason, ...(pool ? { ipv4_address: pool } : {}) }
    if (service.status === 'pending') {
      // An activation that was planned for another day gives way to this one.
      const { changes } = await timelineNow(ctx, service.id)
      const planned = changes.filter(({ kind }) => kind === 'activate')
      const groups = new Set(planned.flatMap(({ group_id }) => group_id ?? []))
      const tariff = await find(asSystem(ctx), tariffs, service.tariff_id)
      return enter(
        ctx,
        service,
        {
          add: [
            { kind: 'activate', date: from },
            ...(tariff ? await phasesOfService(ctx, service, tariff, from) : []),
          ],
          takeBack: changes.filter(
            (one) => planned.includes(one) || (one.group_id !== null && groups.has(one.group_id)),
          ),
        },
        told,
      )
    }
    mustNotBeBeforeStart(service, (await timelineNow(ctx, service.id)).periods, from)
    const add: Entry[] = [
      ...(service.status === 'disabled' ? [{ kind: 'enable', date: from, group_id: null } as const] : []),
      { kind: 'resume', date: from, group_id: null },
    ]
    return enter(
      ctx,
      service,
      { add },
      { ...told, unlessSame: `It changes nothing: the service is so on ${from} already.` },
    )
  },
)

export const stopService = command(
  services,
  'stop',
  {
    input: {
      date: dateField,
      until: {
        kind: 'date',
        nullable: true,
        help: 'The day on which it works again; later by hand when left out',
      },
      reason: reasonField,
    },
    help: 'A pause the customer wants: no access, no charge.',
    unless: (service) =>
      service.status === 'active' || service.status === 'stopped'
        ? null
        : `Only an active service can be stopped; this one is ${service.status}.`,
    async many(ctx, services, input) {
      const known = await knownOf(ctx, services)
      return enterDecided(ctx, services, async (service) => toStop(ctx, service, known, input), input.reason)
    },
  },
  async (ctx, service, input) =>
    enter(ctx, service, toStop(ctx, service, await knownOf(ctx, [service]), input), {
      reason: input.reason ?? null,
    }),
)

type ToStop = { date?: string | null; until?: string | null; reason?: string | null }

/** The changes by which a service is stopped, and works again; refused where its tariff allows no more stopped days. */
function toStop(ctx: Ctx, service: Service, known: Known, { date, until = null, reason }: ToStop): Decided {
  const from = dayOfChange(ctx, date, reason)
  if (until && until <= from)
    throw invalidField('until', 'not_after_start', `It must work again after the day it stops, ${from}.`)
  const { changes, periods: before } = known.timelineOf(service)
  mustNotBeBeforeStart(service, before, from)
  const then = periodOn(before, from)?.status ?? 'pending'
  if (then !== 'active')
    throw new Refused(
      409,
      'not_active_then',
      `Only an active service can be stopped; on ${from} this one is ${then}.`,
    )
  const add: Entry[] = [
    { kind: 'stop', date: from },
    ...(until ? [{ kind: 'resume', date: until } as const] : []),
  ]
  const proposed = add.map((entry, n) => completed({ group_id: 'proposed', ...entry }, 1_000_000 + n))
  // What the customer wants counts, not what it was held for.
  const wanted = changes.filter(({ held }) => !held)
  mustBeWithinLimit(
    known.tariff(service.tariff_id).max_stop_days,
    timelineOf(wanted).periods,
    timelineOf([...wanted, ...proposed]).periods,
    { date: from, until },
  )
  return { add }
}

export const resumeService = command(
  services,
  'resume',
  {
    input: { date: dateField, reason: reasonField },
    unless: (service) =>
      service.status === 'stopped'
        ? null
        : `Only a stopped service can be resumed; this one is ${service.status}.`,
  },
  (ctx, service, { date, reason }) => enterOne(ctx, service, 'resume', date, reason),
)

export const terminateService = command(
  services,
  'terminate',
  {
    danger: true,
    input: { date: dateField, reason: reasonField },
    help: 'It ends for good on this day; its login and addresses become free.',
    unless: (service, ctx) =>
      service.status === 'terminated' ? 'This service has ended already.' : partOfBundle(service, ctx),
  },
  (ctx, service, { date, reason }) => enterOne(ctx, service, 'terminate', date, reason),
)

async function enterOne(
  ctx: Ctx,
  service: Service,
  kind: 'resume' | 'terminate',
  date: string | null | undefined,
  reason: string | null | undefined,
): Promise<Service> {
  const from = dayOfChange(ctx, date, reason)
  mustNotBeBeforeStart(service, (await timelineNow(ctx, service.id)).periods, from)
  const unlessSame =
    kind === 'resume'
      ? `It changes nothing: the service is not stopped on ${from}.`
      : `It changes nothing: the service ends before ${from} already.`
  return enter(ctx, service, { add: [{ kind, date: from }] }, { reason, unlessSame })
}

const laterOf = (a: string, b: string) => (a > b ? a : b)
