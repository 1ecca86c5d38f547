import { today, type Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { shapingAt, tariffOfVersion, type Rates, type Tariff } from '#modules/catalog/index.ts'
import type { Access } from './access.ts'
import { reason, type Link, type Reason } from './reason.ts'
import type { OnDay } from './standing.ts'

/** A tariff as it was on a day: what its version of then said. */
export type TariffOnDay = { tariff: Tariff; version: { id: string; number: number; since: string } | null }

export async function tariffOn(ctx: Ctx, tariff: Tariff, date: string): Promise<TariffOnDay> {
  const found = await ctx.db.maybe(sql<{ id: string; number: number; since: string; terms: object | null }>`
    select id, number, effective_new as since, terms
    from tariff_versions
    where tariff_id = ${tariff.id} and status = 'in_force' and number is not null and effective_new <= ${date}::date
    order by number desc
    limit 1`)
  if (!found) return { tariff, version: null }
  const { terms, ...version } = found
  return { tariff: date < today(ctx).toString() ? tariffOfVersion(tariff, terms) : tariff, version }
}

/** Why a service has its speed on a day: its tariff's speeds and shaping, and whether anything passes at all. */
export function explainSpeed(ctx: Ctx, { tariff, version }: TariffOnDay, day: OnDay, access: Access) {
  const { speed_download_kbps: down, speed_upload_kbps: up } = tariff
  const none = down === null || up === null
  const gives = none
    ? `The tariff ${tariff.title} has no speed.`
    : `The tariff ${tariff.title} gives ${speed(down)} down and ${speed(up)} up.`
  const links: Link[] = [
    { noun: 'tariff', id: tariff.id },
    ...(version ? [{ noun: 'tariff_version', id: version.id }] : []),
  ]
  const decider = day.decider(({ tariff_id }) => tariff_id)
  const because: Reason[] = [
    reason(ctx, 'tariff', gives, { links }),
    ...(decider.kind === 'create'
      ? []
      : [
          reason(ctx, 'tariff_change', `The service is on this tariff since ${decider.date}.`, {
            links: [{ noun: 'service_change', id: decider.id }],
          }),
        ]),
    ...(none ? [] : shapingOf(ctx, tariff, { download_kbps: Number(down), upload_kbps: Number(up) }, links)),
    ...(none || access.decision === 'accept'
      ? []
      : [
          reason(
            ctx,
            'block',
            access.decision === 'walled'
              ? 'Only the walled garden is reached, at this speed.'
              : 'Nothing passes while access is refused.',
            { links: access.because.flatMap((one) => one.links) },
          ),
        ]),
  ]
  return {
    download_kbps: down === null ? null : Number(down),
    upload_kbps: up === null ? null : Number(up),
    sentence:
      none || access.decision === 'accept'
        ? gives
        : `${access.sentence.replace(/\.$/, '')}; otherwise ${gives.charAt(0).toLowerCase()}${gives.slice(1)}`,
    reasons: because.map(({ sentence }) => sentence),
    because,
  }
}

function shapingOf(ctx: Ctx, tariff: Tariff, rates: Rates, links: Link[]): Reason[] {
  const { guaranteed, burst, priority } = shapingAt(rates, tariff)
  const pair = ({ download_kbps, upload_kbps }: Rates) =>
    `${speed(BigInt(download_kbps))} down and ${speed(BigInt(upload_kbps))} up`
  return [
    ...(guaranteed
      ? [reason(ctx, 'guaranteed', `Of it ${pair(guaranteed)} are guaranteed.`, { links })]
      : []),
    ...(burst
      ? [
          reason(
            ctx,
            'burst',
            `It bursts to ${pair(burst.limit)} while the average of ${burst.time_s} s stays below ${pair(burst.threshold)}.`,
            { links },
          ),
        ]
      : []),
    ...(priority === 'normal' ? [] : [reason(ctx, 'priority', `Its priority is ${priority}.`, { links })]),
    ...(tariff.contention_ratio !== null && tariff.contention_ratio > 1
      ? [
          reason(ctx, 'contention', `The line is shared 1 to ${tariff.contention_ratio}.`, {
            links,
          }),
        ]
      : []),
  ]
}

const speed = (kbps: bigint): string => (kbps % 1000n === 0n ? `${kbps / 1000n} Mbit/s` : `${kbps} kbit/s`)
