import type { Ctx } from '#kernel/ctx.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { find } from '#kernel/store.ts'

/** What subscribers' lines end at. Its ports are what a service is connected to. */
export const accessDevices = resource('access_device', {
  title: 'title',
  sort: 'title',
  search: true,
  help: 'An OLT, a switch, an access point or equipment at the customer’s, to whose ports services are connected.',
  fields: {
    title: { kind: 'text', max: 120, filter: true, sort: true, list: true },
    type: { kind: 'choice', values: ['olt', 'switch', 'ap', 'cpe'], filter: true, list: true },
    site: { kind: 'text', max: 120, nullable: true, filter: true, sort: true, list: true },
    router_id: {
      kind: 'reference',
      to: 'router',
      nullable: true,
      filter: true,
      list: true,
      help: 'The router behind which it is',
    },
    ports: {
      kind: 'integer',
      min: 1,
      max: 10_000,
      nullable: true,
      list: true,
      help: 'Numbered from 1; empty: they are called otherwise, such as 0/1/3',
    },
    status: { kind: 'choice', values: ['active', 'retired'], default: 'active', filter: true, list: true },
  },
  before: {
    async update(ctx, device, changes) {
      if (typeof changes.ports === 'number') await mustKeepPorts(ctx, String(device.id), changes.ports)
    },
  },
})
export type AccessDevice = Row<typeof accessDevices>

/** A service's place on a device. */
export type PortWanted = { access_device_id: string; access_port: string | null }

/** Refuses a device that cannot be connected to, and a port that it does not have. Whether the port is free, services know. */
export async function mustBePort(ctx: Ctx, { access_device_id, access_port }: PortWanted): Promise<void> {
  const device = await find(ctx, accessDevices, access_device_id)
  if (!device)
    throw invalidField(
      'access_device_id',
      'no_such_access_device',
      'There is no access device with this id, or you may not see it.',
    )
  if (device.status === 'retired')
    throw invalidField(
      'access_device_id',
      'retired',
      `${device.title} is retired. Choose another device, or make it active again.`,
    )
  if (access_port !== null && device.ports !== null && !isPortOf(device.ports, access_port))
    throw invalidField(
      'access_port',
      'no_such_port',
      `${device.title} has the ports 1 to ${device.ports}, not ${access_port}.`,
    )
}

const isPortOf = (ports: number, port: string): boolean =>
  /^[1-9]\d{0,4}$/.test(port) && Number(port) <= ports

/** Ports that services are connected to stay. */
async function mustKeepPorts(ctx: Ctx, device_id: string, ports: number): Promise<void> {
  const used = await ctx.db.all(sql<{ access_port: string }>`
    select access_port
    from services
    where access_device_id = ${device_id} and access_port is not null and status <> 'terminated'
    order by id
    limit 10000`)
  const lost = used.find(({ access_port }) => !isPortOf(ports, access_port))
  if (lost)
    throw new Refused(
      409,
      'port_in_use',
      `A service is connected to port ${lost.access_port}. Connect it elsewhere first.`,
    )
}
