import type { Ctx } from '#kernel/ctx.ts'
import { visiblePartners } from '#kernel/permissions.ts'
import { asSystem } from '#kernel/insiders.ts'
import { invalidField } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import { bundleFields } from './bundle-fields.ts'
import { contractFields } from './contract-terms.ts'
import { find } from '#kernel/store.ts'
import { internetFields, voiceFields } from './fields-internet.ts'
import { priceFields, saleFields } from './fields-sale.ts'
import { checkTariff } from './kinds-of-tariff.ts'
import { shownWhen } from './shown-when.ts'
import { mustBeTheirs, partnersOfSight } from './sight.ts'

export const serviceTypes = ['internet', 'voice', 'recurring', 'one_time', 'bundle'] as const
export type ServiceType = (typeof serviceTypes)[number]

/** What is sold. A partner's staff sees what is sold to its customers, and what they have. */
export const tariffs = resource('tariff', {
  title: 'title',
  sort: 'title',
  search: true,
  custom: true,
  fields: shownWhen({
    title: { kind: 'text', max: 120, filter: true, sort: true, list: true },
    description: { kind: 'long_text', max: 2000, nullable: true },
    service_type: { kind: 'choice', values: serviceTypes, immutable: true, filter: true, list: true },
    status: {
      kind: 'choice',
      values: ['draft', 'active', 'retired'],
      default: 'active',
      filter: true,
      list: true,
    },
    ...priceFields,
    ...internetFields,
    ...voiceFields,
    ...bundleFields,
    ...contractFields,
    ...saleFields,
  }),
  rows: tariffsInSight,
  before: {
    async create(ctx, row) {
      mustBeTheirs(ctx, row)
      checkTariff(row)
    },
    async update(ctx, row, changes) {
      mustBeTheirs(ctx, changes, row)
      checkTariff({ ...row, ...changes })
    },
    async delete(ctx, row) {
      mustBeTheirs(ctx, {}, row)
    },
  },
})

export type Tariff = Row<typeof tariffs>

/** The condition on rows of `tariffs` that this actor sees. */
export function tariffsInSight(ctx: Ctx): Sql {
  const seen = partnersOfSight(ctx)
  if (!seen) return sql`true`
  return sql`(partner_ids = '{}' or partner_ids && ${seen}::uuid[] or exists (
    select from services s
    where s.tenant_id = tariffs.tenant_id and s.tariff_id = tariffs.id and s.partner_id = any(${visiblePartners(ctx)}::uuid[])))`
}

/** The tariff that a row belongs to, which this actor may change. */
export async function tariffToChange(ctx: Ctx, tariff_id: string): Promise<Tariff> {
  const tariff = await find(asSystem(ctx), tariffs, tariff_id)
  if (!tariff)
    throw invalidField(
      'tariff_id',
      'no_such_tariff',
      'There is no tariff with this id, or you may not see it.',
    )
  mustBeTheirs(ctx, {}, tariff)
  return tariff
}
