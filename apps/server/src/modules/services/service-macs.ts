import type { Ctx } from '#kernel/ctx.ts'
import { insertMany } from '#kernel/many.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { resource } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, find, lock } from '#kernel/store.ts'
import { mustBeFreeMacs } from './free-macs.ts'
import { services, type Service } from './services.ts'

const mostDevices = 50

/** Further devices of a service, beside the one that the service itself names (`mac`): any of them may use it. */
export const serviceMacs = resource('service_mac', {
  label: 'Further MAC address',
  label_plural: 'Further MAC addresses',
  title: 'mac',
  scope: 'partner',
  search: true,
  fields: {
    service_id: { kind: 'reference', to: 'service', immutable: true, filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    mac: { kind: 'mac', personal: true, filter: true, sort: true, list: true, label: 'MAC address' },
    note: {
      kind: 'text',
      personal: true,
      max: 120,
      nullable: true,
      list: true,
      help: 'What it is: a set-top box, a second router',
    },
  },
  before: {
    async create(ctx, device) {
      const service = await find(ctx, services, String(device.service_id))
      if (!service)
        throw invalidField(
          'service_id',
          'no_such_service',
          'There is no service with this id, or you may not see it.',
        )
      await lock(ctx, services, service.id)
      if (service.status === 'terminated')
        throw new Refused(409, 'service_ended', 'This service has ended; it has no devices any more.')
      if (service.service_type !== 'internet')
        throw invalidField('service_id', 'not_internet', 'Only internet services have devices.')
      const { count } = await ctx.db.one(
        sql<{
          count: number
        }>`select count(*)::integer as count from service_macs where service_id = ${service.id}`,
      )
      if (count >= mostDevices)
        throw new Refused(409, 'too_many_devices', `A service has at most ${mostDevices} further devices.`)
      // The service's partner; the database says it again.
      device.partner_id = service.partner_id
      await mustBeNewTo(ctx, service.id, service.mac, String(device.mac))
    },
    async update(ctx, device, changes) {
      if (changes.mac === undefined || changes.mac === device.mac) return
      const service = await lock(ctx, services, String(device.service_id))
      await mustBeNewTo(ctx, service.id, service.mac, String(changes.mac))
    },
  },
})

/** Without what a single one is asked before it is written: that is said for all of them at once. */
const { before: _asked, ...inOneGo } = asResource(serviceMacs)

/** Further devices of services that were just added, in a statement for all of them; their own `mac` is not among them. */
export async function addMacs(
  ctx: Ctx,
  given: readonly { service: Service; macs: readonly string[] }[],
): Promise<void> {
  const devices = given.flatMap(({ service, macs }) =>
    macs.map((mac) => ({ service_id: service.id, partner_id: service.partner_id, mac, service })),
  )
  const stray = devices.find(({ service }) => service.service_type !== 'internet')
  if (stray) throw invalidField('mac', 'not_internet', 'Only internet services have devices.')
  await mustBeFreeMacs(ctx, devices)
  await insertMany(
    ctx,
    inOneGo,
    devices.map(({ service: _whose, ...device }) => device),
  )
}

async function mustBeNewTo(ctx: Ctx, service_id: string, own: string | null, mac: string): Promise<void> {
  const there = await ctx.db.maybe(
    sql`select 1 from service_macs where service_id = ${service_id} and mac = ${mac}`,
  )
  if (own === mac || there)
    throw invalidField('mac', 'already_there', `The service has the device ${mac} already.`)
  await mustBeFreeMacs(ctx, [{ service_id, mac }])
}
