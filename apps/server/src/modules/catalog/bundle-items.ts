import type { Ctx } from '#kernel/ctx.ts'
import { asSystem } from '#kernel/insiders.ts'
import { invalidField } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn, find } from '#kernel/store.ts'
import { tariffs, tariffsInSight, tariffToChange } from './tariffs.ts'

/** What a bundle consists of. Its price is the bundle's; each of these becomes a service of its own that costs nothing by itself. */
export const bundleItems = resource('bundle_item', {
  title: 'item_tariff_id',
  sort: 'position',
  fields: {
    tariff_id: {
      kind: 'reference',
      to: 'tariff',
      immutable: true,
      filter: true,
      list: true,
      label: 'Bundle',
    },
    item_tariff_id: {
      kind: 'reference',
      to: 'tariff',
      immutable: true,
      filter: true,
      list: true,
      label: 'Tariff',
    },
    quantity: { kind: 'integer', min: 1, max: 1000, default: 1, list: true },
    position: { kind: 'integer', min: 1, max: 100, default: 1, sort: true, list: true, label: 'Order' },
  },
  rows: (ctx) => sql`exists (
    select from tariffs
    where tariffs.tenant_id = bundle_items.tenant_id and tariffs.id = bundle_items.tariff_id and ${tariffsInSight(ctx)})`,
  before: {
    async create(ctx, row) {
      const bundle = await tariffToChange(ctx, String(row.tariff_id))
      if (bundle.service_type !== 'bundle')
        throw invalidField('tariff_id', 'not_a_bundle', `${bundle.title} is not a bundle.`)
      const item = await find(asSystem(ctx), tariffs, String(row.item_tariff_id))
      if (!item)
        throw invalidField(
          'item_tariff_id',
          'no_such_tariff',
          'There is no tariff with this id, or you may not see it.',
        )
      if (item.service_type === 'bundle')
        throw invalidField('item_tariff_id', 'bundle_in_bundle', 'A bundle does not contain another bundle.')
    },
    async update(ctx, row) {
      await tariffToChange(ctx, String(row.tariff_id))
    },
    async delete(ctx, row) {
      await tariffToChange(ctx, String(row.tariff_id))
    },
  },
})
export type BundleItem = Row<typeof bundleItems>

/** What a bundle consists of, in order. */
export const itemsOf = (ctx: Ctx, tariff_id: string): Promise<BundleItem[]> =>
  ctx.db.all(sql<BundleItem>`
    select ${everyColumn(asResource(bundleItems))}
    from bundle_items
    where tariff_id = ${tariff_id}
    order by position, id`)
