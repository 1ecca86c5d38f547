import { today, type Ctx } from '#kernel/ctx.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import type { Service } from './services.ts'
import type { Period } from './timeline.ts'

export const dateField = {
  kind: 'date',
  nullable: true,
  help: 'Today when left out; a later day plans the change, an earlier one needs the permission “backdate” and a reason',
} as const
export const reasonField = { kind: 'text', max: 500, nullable: true } as const

const furthest_years = 10

/** The day from which a change counts, as this actor may have it. */
export function dayOfChange(
  ctx: Ctx,
  wanted: string | null | undefined,
  reason: string | null | undefined,
): string {
  const now = today(ctx)
  if (!wanted) return now.toString()
  if (wanted > now.add({ years: furthest_years }).toString())
    throw invalidField('date', 'too_far', `A change can be planned at most ${furthest_years} years ahead.`)
  if (wanted < now.toString()) mustBeAbleToBackdate(ctx, reason)
  return wanted
}

export function mustBeAbleToBackdate(ctx: Ctx, reason: string | null | undefined): void {
  if (!ctx.access.can('service', 'backdate'))
    throw new Refused(
      403,
      'backdate_forbidden',
      'Your role does not allow changes before today. Ask an administrator for the permission service.backdate.',
    )
  if (!reason?.trim()) throw invalidField('reason', 'required', 'A change in the past needs its reason.')
}

/** Nothing about a service can change before it began. */
export function mustNotBeBeforeStart(service: Service, periods: readonly Period[], date: string): void {
  const start = periods[0]?.from
  if (service.status !== 'pending' && start && date < start)
    throw new Refused(
      422,
      'before_start',
      `This service starts on ${start}; nothing about it can change before.`,
    )
}
