import type { Ctx } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { asResource, create } from '#kernel/store.ts'
import { createEntity, customFields } from '#modules/entities/index.ts'

/** A noun that no ISP software comes with, as this ISP's administrator would have made it. In a transaction of its own. */
export const declareVehicles = (ctx: Ctx): Promise<unknown> =>
  createEntity(ctx, {
    name: 'vehicle',
    label: 'Vehicle',
    title_field: 'name',
    fields: new JsonValue([
      { name: 'name', label: 'Name', kind: 'text', required: true, searchable: true },
      { name: 'plate', label: 'Plate', kind: 'text', required: true, searchable: true, unique: true },
      { name: 'kind', label: 'Kind', kind: 'choice', values: ['van', 'car', 'lift'], filterable: true },
      { name: 'odometer_km', label: 'Odometer', kind: 'integer', unit: 'km', min: 0 },
      { name: 'inspection_on', label: 'Next inspection', kind: 'date', sortable: true },
    ]),
  })

/** Fields that this ISP wants to know of its customers. */
export async function addOwnFields(ctx: Ctx): Promise<void> {
  await create(ctx, asResource(customFields), {
    noun: 'customer',
    name: 'ont_serial',
    label: 'ONT serial number',
    kind: 'text',
    help: 'On the label below the box',
  })
  await create(ctx, asResource(customFields), {
    noun: 'customer',
    name: 'found_us',
    label: 'How they found us',
    kind: 'choice',
    values: ['neighbour', 'poster', 'search', 'reseller'],
  })
}

/** The fleet; in a transaction after the one that made the noun. */
export async function buyVehicles(ctx: Ctx, today: Temporal.PlainDate): Promise<void> {
  const noun = ctx.tenant.entities.get('vehicles')
  if (!noun) return
  for (const [n, [name, kind, odometer_km]] of vehicles.entries()) {
    await create(ctx, noun, {
      name,
      plate: `XX 0${n + 1}4NW`,
      kind,
      odometer_km,
      inspection_on: today.add({ days: 31 + n * 47 }).toString(),
    })
  }
}
const vehicles = [
  ['Splicing van', 'van', 84_210],
  ['Blue van', 'van', 132_775],
  ['Office car', 'car', 23_940],
  ['Cherry picker', 'lift', 9_115],
] as const
