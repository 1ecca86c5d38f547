import type { Ctx } from '#kernel/ctx.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'

/** Where the ISP wants a device to belong to one service, refuses those that another living service has. */
export async function mustBeFreeMacs(
  ctx: Ctx,
  wanted: readonly { service_id: string | null; mac: string }[],
): Promise<void> {
  if (wanted.length === 0) return
  const held = await ctx.db.all(sql<{ mac: string; service_id: string; login: string | null }>`
    select m.mac, m.service_id, s.login
    from macs_in_use m
    join services s on s.tenant_id = m.tenant_id and s.id = m.service_id
    where m.mac = any(${wanted.map(({ mac }) => mac)}::text[]) and m.exclusive`)
  const taken = held.find((one) =>
    wanted.some(({ mac, service_id }) => mac === one.mac && service_id !== one.service_id),
  )
  if (taken)
    throw new Refused(
      409,
      'mac_taken',
      `${taken.mac} is a device of the service ${taken.login ?? taken.service_id}. A device belongs to one service here.`,
      { errors: [{ field: 'mac', code: 'mac_taken', detail: `${taken.mac} is another service’s device.` }] },
    )
}
