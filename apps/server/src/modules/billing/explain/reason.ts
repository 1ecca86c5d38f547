import type { Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'

/** One thing that decided, in a sentence, with the rows to look at. `amount`: what it adds or takes off, as a decimal. */
export type Reason = { code: string; sentence: string; amount?: string; links: Link[] }
export type Link = { noun: string; id: string }

/** Only rows that the actor may read are linked to. */
export function reason(
  ctx: Ctx,
  code: string,
  sentence: string,
  { links = [], amount }: { links?: readonly (Link | null)[]; amount?: bigint } = {},
): Reason {
  return {
    code,
    sentence,
    ...(amount === undefined ? {} : { amount: money(ctx, amount) }),
    links: links.flatMap((link) => (link && ctx.access.can(link.noun, 'get') ? link : [])),
  }
}

export const money = (ctx: Ctx, units: bigint): string =>
  formatDecimal(units, currencyDigits(ctx.tenant.currency))

/** With its currency: `30.00 EUR`. */
export const amountOf = (ctx: Ctx, units: bigint): string => `${money(ctx, units)} ${ctx.tenant.currency}`

/** `23%` of a percent × 10^4. */
export const percent = (units: bigint): string => `${formatDecimal(units, 4).replace(/\.?0+$/, '')}%`

export const localDate = (ctx: Ctx, at: string): string =>
  Temporal.Instant.from(at).toZonedDateTimeISO(ctx.tenant.time_zone).toPlainDate().toString()

export const per = (months: number): string => (months === 1 ? ' a month' : ` for ${months} months`)

/** Without its last full stop, to stand in a sentence. */
export const within = (sentence: string): string => sentence.trim().replace(/\.$/, '')
