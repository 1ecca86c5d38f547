import type { Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal, parseDecimal } from '#kernel/money.ts'
import { mustBeAbleTo, visiblePartners } from '#kernel/permissions.ts'
import { Refused } from '#kernel/refused.ts'
import type { Resource } from '#kernel/resource.ts'
import { id, sql } from '#kernel/sql.ts'
import { asResource, create } from '#kernel/store.ts'
import {
  bundleItems,
  coupons,
  revenueCategories,
  tariffPhases,
  tariffs,
  taxes,
} from '#modules/catalog/index.ts'
import { labels } from '#modules/customers/index.ts'
import { documentTemplates } from '#modules/documents/index.ts'
import { roles } from '#modules/identity/index.ts'
import type { Preset } from './preset.ts'

export type Applied = { noun: string; id: string; title: string }

/** What was added, and what was there already under the same name and stays as it is. */
export type ApplyResult = { preset: string; added: Applied[]; kept: Applied[] }

/**
 * Adds what of a preset is not there yet; applying it again adds nothing. `tax_rate` (percent × 10^4) is the country's where it is not
 * the preset's own.
 */
export async function applyPreset(
  ctx: Ctx,
  preset: Preset,
  { tax_rate }: { tax_rate?: bigint | null } = {},
): Promise<ApplyResult> {
  if (visiblePartners(ctx))
    throw new Refused(403, 'not_for_partners', 'Only the ISP itself sets up what everybody sells.')
  const result: ApplyResult = { preset: preset.name, added: [], kept: [] }
  const ids = new Map<string, string>()
  const add = async (noun: Resource, body: Record<string, unknown>, by = noun.title): Promise<boolean> => {
    const title = String(body[by])
    mustBeAbleTo(ctx, noun, 'create')
    const found = await ctx.db.maybe(
      sql<{ id: string }>`select id from ${id(noun.table)} where ${id(by)} = ${title} order by id limit 1`,
    )
    const row = found ?? (await create(ctx, noun, inCurrency(ctx, noun, body)))
    const applied = { noun: noun.name, id: String(row.id), title }
    ids.set(`${noun.name} ${title}`, applied.id)
    ;(found ? result.kept : result.added).push(applied)
    return !found
  }
  const named = (noun: Resource, title: string): string => {
    const known = ids.get(`${noun.name} ${title}`)
    if (!known)
      throw new Error(`The preset ${preset.name} names the ${noun.name} ${title} before it has one.`)
    return known
  }

  for (const [n, tax] of preset.taxes.entries())
    await add(asResource(taxes), {
      ...tax,
      ...(n === 0 && tax_rate != null ? { rate: formatDecimal(tax_rate, 4) } : {}),
    })
  for (const category of preset.revenue_categories) await add(asResource(revenueCategories), category)
  for (const label of preset.labels) await add(asResource(labels), label)
  for (const role of preset.roles) await add(asResource(roles), role)
  for (const template of preset.templates) {
    // Who has a default already keeps it.
    const taken = await ctx.db.maybe(sql`
      select from document_templates
      where kind = ${template.kind} and is_default and partner_id = ${ctx.tenant.root_partner_id} and name <> ${template.name}
      limit 1`)
    await add(asResource(documentTemplates), { ...template, is_default: !taken })
  }
  const [tax] = preset.taxes
  for (const tariff of preset.tariffs) {
    const { phases = [], items = [], labels: called = [], revenue_category, ...body } = tariff
    const added = await add(asResource(tariffs), {
      ...body,
      ...(tax ? { tax_id: named(asResource(taxes), tax.name) } : {}),
      revenue_category_id: named(asResource(revenueCategories), revenue_category),
      label_ids: called.map((name) => named(asResource(labels), name)),
    })
    // A tariff that was there already keeps its own.
    if (!added) continue
    const tariff_id = named(asResource(tariffs), tariff.title)
    for (const [n, phase] of phases.entries())
      await create(
        ctx,
        asResource(tariffPhases),
        inCurrency(ctx, asResource(tariffPhases), { ...phase, tariff_id, position: n + 1 }),
      )
    for (const [n, { tariff: title, quantity = 1 }] of items.entries())
      await create(ctx, asResource(bundleItems), {
        tariff_id,
        item_tariff_id: named(asResource(tariffs), title),
        quantity,
        position: n + 1,
      })
  }
  for (const coupon of preset.coupons ?? []) await add(asResource(coupons), { ...coupon })
  return result
}

/** Prices in the smallest unit of the tenant's currency. */
function inCurrency(ctx: Ctx, noun: Resource, body: Record<string, unknown>): Record<string, unknown> {
  const digits = currencyDigits(ctx.tenant.currency)
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const units =
        noun.fields[name]?.kind === 'money' && typeof value === 'string' ? parseDecimal(value, 2) : undefined
      return [name, units === undefined ? value : formatDecimal(units, digits)]
    }),
  )
}
