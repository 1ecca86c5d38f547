import type { Ctx } from '#kernel/ctx.ts'
import { inside } from '#kernel/insiders.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { claimAddress } from '#modules/customers/index.ts'
import { mustBePort } from '#modules/network/index.ts'
import { mustBeFreeMacs } from './free-macs.ts'

/** Where a service is and what it is connected with. */
export type Details = {
  service_address_id?: string | null
  access_device_id?: string | null
  access_port?: string | null
  mac?: string | null
}

/** The service of which they are; `id` is null before it is there. */
type Whose = { id: string | null; customer_id: string }

/**
 * Refuses an address of somebody else, a port that is not there or not free, and a device that another service has. A free address
 * becomes the customer's.
 */
export async function keepDetails(ctx: Ctx, service: Whose, details: Details): Promise<void> {
  const { service_address_id, access_device_id = null, mac } = details
  const access_port = trimmed(details)
  if (service_address_id)
    await claimAddress(ctx, service_address_id, service.customer_id, 'service_address_id')
  if (access_port !== null && access_device_id === null)
    throw invalidField('access_port', 'no_device', 'A port needs the access device that it is of.')
  if (access_device_id !== null) {
    await mustBePort(ctx, { access_device_id, access_port })
    if (access_port !== null) await mustBeFreePort(ctx, service.id, access_device_id, access_port)
  }
  if (mac) await mustBeFreeMacs(ctx, [{ service_id: service.id, mac }])
}

/** The same before an update of a service: what is not changed was judged before. */
export async function keepChangedDetails(
  ctx: Ctx,
  service: Record<string, unknown>,
  changes: Record<string, unknown>,
): Promise<void> {
  if (changes.access_device_id === null && changes.access_port === undefined) changes.access_port = null
  const whose = { id: String(service.id), customer_id: String(service.customer_id) }
  const port = changes.access_device_id !== undefined || changes.access_port !== undefined
  const of = { ...service, ...changes } as Details
  if (port) changes.access_port = trimmed(of)
  await keepDetails(ctx, whose, {
    ...(changes.service_address_id ? { service_address_id: String(changes.service_address_id) } : {}),
    ...(port ? { access_device_id: of.access_device_id ?? null, access_port: of.access_port ?? null } : {}),
    ...(changes.mac && changes.mac !== service.mac ? { mac: String(changes.mac) } : {}),
  })
}

const trimmed = ({ access_port = null }: Details): string | null => access_port?.trim() || null

async function mustBeFreePort(
  ctx: Ctx,
  service_id: string | null,
  access_device_id: string,
  access_port: string,
): Promise<void> {
  const holder = await ctx.db.maybe(sql<{ login: string | null; description: string | null }>`
    select login, description
    from services
    where access_device_id = ${access_device_id} and access_port = ${access_port} and status <> 'terminated'
      and id is distinct from ${service_id}::uuid`)
  if (!holder) return
  const detail = `Port ${access_port} is taken by the service ${holder.login ?? holder.description ?? 'of another customer'}.`
  throw new Refused(409, 'port_taken', detail, {
    errors: [{ field: 'access_port', code: 'port_taken', detail }],
  })
}

/** An address at which something is served stays its customer's. */
export const keepServiceAddress = inside(
  'services.keep_address',
  ['address.updated', 'address.deleted'],
  async (ctx, event) => {
    const changed = Array.isArray(event.data.changed) ? event.data.changed : []
    if (event.type === 'address.updated' && !changed.includes('customer_id')) return
    const served = await ctx.db.maybe(sql<{ called: string | null }>`
      select coalesce(s.login, s.description) as called
      from services s
      where s.service_address_id = ${event.row_id}
        and not exists (select from addresses a where a.id = ${event.row_id} and a.customer_id = s.customer_id)
      limit 1`)
    if (served)
      throw new Refused(
        409,
        'address_in_use',
        `A service${served.called ? ` (${served.called})` : ''} is at this address. Give the service another address first.`,
      )
  },
)
