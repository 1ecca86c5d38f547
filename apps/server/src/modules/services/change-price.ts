import { attempt } from '#kernel/attempt.ts'
import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, change, everyColumn, insert, lock } from '#kernel/store.ts'
import {
  checkTariff,
  priceFieldOf,
  tariffs,
  tariffToChange,
  tariffVersions,
  type Tariff,
  type TariffVersion,
} from '#modules/catalog/index.ts'
import { planPrices, planPricesLater, pricesIn, unplanPrices, withPrices } from './price-change.ts'
import { effectsOf, monthly, type Effect } from './price-change-effect.ts'

const priceField = { kind: 'money', min: 0, max: 100_000_000, nullable: true } as const
const shownServices = 500
const servicesAtOnce = 500

/**
 * `POST /tariffs/{id}/change_price`: new prices from a day on, for new services and, if wanted, for those sold before. Answers whom it
 * touches and what it does to monthly revenue; with `dry_run` that is all it does.
 */
export const changePrice = command(
  tariffs,
  'change_price',
  {
    label: 'Change price',
    danger: true,
    input: {
      price: priceField,
      price_3_months: {
        ...priceField,
        label: 'Price for 3 months',
        help: 'Empty: no longer sold for this period',
      },
      price_6_months: { ...priceField, label: 'Price for 6 months' },
      price_12_months: { ...priceField, label: 'Price for 12 months' },
      price_24_months: { ...priceField, label: 'Price for 24 months' },
      effective_new: {
        kind: 'date',
        nullable: true,
        label: 'For new services from',
        help: 'Today, if nothing else is said',
      },
      existing: {
        kind: 'choice',
        values: ['never', 'now', 'next_period', 'date'],
        default: 'never',
        label: 'Services sold before',
      },
      effective_existing: {
        kind: 'date',
        nullable: true,
        label: 'For existing services from',
        help: 'The day, where it is to be a date',
        when: { existing: ['date'] },
      },
      include_custom_prices: {
        kind: 'boolean',
        default: false,
        help: 'Also where another price was agreed',
      },
      reason: { kind: 'text', max: 500, nullable: true },
    },
    answers: 'json',
  },
  async (ctx, row, { reason = null, include_custom_prices = false, ...input }) => {
    const tariff = await tariffToChange(ctx, row.id)
    const prices = changedPrices(tariff, input)
    checkTariff({ ...tariff, ...prices })
    const dates = datesOf(ctx, input)
    const version = await insert(ctx, tariffVersions, {
      tariff_id: tariff.id,
      number: null,
      status: 'planned',
      ...dates,
      include_custom_prices,
      changes: new JsonValue(
        Object.fromEntries(
          Object.entries(prices).map(([name, minor]) => [name, minor === null ? null : Number(minor)]),
        ),
      ),
      terms: null,
      reason,
      actor: new JsonValue(ctx.actor),
    })
    const answer = await preview(ctx, version, withPrices(tariff, version))
    await ctx.db.run(sql`
      update tariff_versions set services_total = ${answer.totals.touched} where id = ${version.id}`)
    if (dates.effective_new === today(ctx).toString()) await putInForce(ctx, tariff, version)
    if (version.existing !== 'never') await planOnServices(ctx, tariff, version)
    return answer
  },
)

/** Takes back a price change before its day, with what it planned for services. */
export const withdrawVersion = command(
  tariffVersions,
  'withdraw',
  {
    input: { reason: { kind: 'text', max: 500, nullable: true } },
    unless: (version) =>
      version.status === 'planned'
        ? null
        : version.status === 'withdrawn'
          ? 'It was withdrawn.'
          : 'It is in force. Change the price again instead.',
  },
  async (ctx, version, { reason = null }) => {
    await tariffToChange(ctx, version.tariff_id)
    await unplanPrices(ctx, version, reason)
    return change(ctx, tariffVersions, version, { status: 'withdrawn' }, { action: 'withdrawn', reason })
  },
)

/** The tariff has the version's prices from now on, for who buys it. */
export async function putInForce(ctx: Ctx, tariff: Tariff, version: TariffVersion): Promise<void> {
  const locked = await lock(ctx, tariffs, tariff.id)
  await change(ctx, tariffs, locked, pricesIn(version), {
    action: 'price_changed',
    reason: version.reason,
    data: { tariff_version_id: version.id },
  })
}

/** The first services at once, the rest of a large tariff afterwards. */
export async function planOnServices(ctx: Ctx, tariff: Tariff, version: TariffVersion): Promise<void> {
  const last = await planPrices(ctx, version, withPrices(tariff, version))
  if (last !== null) planPricesLater.later(ctx, { tariff_version_id: version.id })
}

type Given = { [K in (typeof priceFields)[number]]?: bigint | null }
const priceFields = Object.values(priceFieldOf)

/** Only what differs; refused where nothing does. */
function changedPrices(tariff: Tariff, given: Given): Partial<Tariff> {
  const changed = priceFields.filter((name) => given[name] !== undefined && given[name] !== tariff[name])
  if (changed.length === 0)
    throw new Refused(409, 'no_change', 'These are the prices the tariff has. Say what changes.')
  if (given.price === null) throw invalidField('price', 'required', 'A tariff has a price for one month.')
  return Object.fromEntries(changed.map((name) => [name, given[name]]))
}

function datesOf(
  ctx: Ctx,
  given: {
    effective_new?: string | null
    existing?: 'never' | 'now' | 'next_period' | 'date'
    effective_existing?: string | null
  },
): Pick<TariffVersion, 'effective_new' | 'existing' | 'effective_existing'> {
  const now = today(ctx).toString()
  const effective_new = given.effective_new ?? now
  if (effective_new < now)
    throw invalidField('effective_new', 'in_the_past', 'A price changes from today on at the earliest.')
  const { existing = 'never', effective_existing = null } = given
  if (existing !== 'date' && effective_existing !== null)
    throw invalidField('effective_existing', 'not_in_mode', 'A day is said with existing = date only.')
  if (existing === 'date' && effective_existing === null)
    throw invalidField('effective_existing', 'required', 'Say from which day on.')
  if (existing === 'now') return { effective_new, existing: 'date', effective_existing: effective_new }
  if (effective_existing !== null && effective_existing < effective_new)
    throw invalidField(
      'effective_existing',
      'before_new',
      `New services have the price from ${effective_new} on; those sold before cannot have it earlier.`,
    )
  return { effective_new, existing, effective_existing }
}

async function preview(ctx: Ctx, version: TariffVersion, tariff: Tariff) {
  const money = (minor: bigint) => formatDecimal(minor, currencyDigits(ctx.tenant.currency))
  const totals = { services: 0, touched: 0, kept: 0, before: 0n, after: 0n }
  const services: object[] = []
  for (let after: string | null | undefined; after !== null && version.existing !== 'never';) {
    const page = await effectsOf(ctx, version, tariff, { limit: servicesAtOnce, ...(after ? { after } : {}) })
    for (const effect of page.effects) {
      count(totals, effect)
      if (services.length < shownServices) services.push(printed(effect, money))
    }
    after = page.last
  }
  return {
    tariff_id: tariff.id,
    tariff_version_id: version.id,
    effective_new: version.effective_new,
    existing: version.existing,
    effective_existing: version.effective_existing,
    currency: ctx.tenant.currency,
    totals: {
      services: totals.services,
      touched: totals.touched,
      kept: totals.kept,
      monthly_before: money(totals.before),
      monthly_after: money(totals.after),
      monthly_difference: money(totals.after - totals.before),
    },
    services,
    services_left_off: totals.services - services.length,
  }
}

/** Only what is active earns something; stopped and pending services are touched all the same. */
function count(
  totals: { services: number; touched: number; kept: number; before: bigint; after: bigint },
  effect: Effect,
): void {
  totals.services++
  if (effect.kept) totals.kept++
  else totals.touched++
  if (effect.status !== 'active') return
  totals.before += monthly(effect.price_before, effect)
  totals.after += monthly(effect.price_after, effect)
}

const printed = ({ price_before, price_after, ...effect }: Effect, money: (minor: bigint) => string) => ({
  ...effect,
  price_before: money(price_before),
  price_after: money(price_after),
  monthly_difference: money(monthly(price_after, effect) - monthly(price_before, effect)),
})

/**
 * Versions whose day has come, every midnight. One that fits its tariff no longer, because the tariff was changed meanwhile, is
 * withdrawn with the reason; it does not hold up the others.
 */
export async function followVersions(ctx: Ctx): Promise<void> {
  for (const version of await dueVersions(ctx)) {
    const tariff = await lock(ctx, tariffs, version.tariff_id)
    try {
      await attempt(ctx, async () => {
        checkTariff(withPrices(tariff, version))
        await putInForce(ctx, tariff, version)
      })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      await withdrawVersion(ctx, await lock(ctx, tariffVersions, version.id), { reason: error.message })
      continue
    }
    // Services that were sold since it was planned.
    if (version.existing !== 'never') planPricesLater.later(ctx, { tariff_version_id: version.id })
  }
}

const dueVersions = (ctx: Ctx): Promise<TariffVersion[]> =>
  ctx.db.all(sql<TariffVersion>`
    select ${everyColumn(asResource(tariffVersions))}
    from tariff_versions
    where status = 'planned' and effective_new <= ${today(ctx)}
    order by effective_new, id
    limit 1000`)
