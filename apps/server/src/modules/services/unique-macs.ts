import { command } from '#kernel/commands.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { change } from '#kernel/store.ts'
import { tenants } from '#modules/identity/index.ts'

/** Whether a MAC address may be noted on one living service only. */
export const setUniqueMacs = command(
  tenants,
  'set_unique_macs',
  {
    label: 'One service a MAC address',
    input: {
      unique_macs: { kind: 'boolean', label: 'A MAC address belongs to one service' },
    },
    help: 'When it is switched on, no MAC address may be on two living services already.',
  },
  async (ctx, tenant, { unique_macs }) => {
    const twice = unique_macs
      ? await ctx.db.all(sql<{ mac: string; services: number }>`
          select mac, count(*)::integer as services from macs_in_use group by mac having count(*) > 1 order by mac limit 1000`)
      : []
    if (twice.length > 0)
      throw new Refused(
        409,
        'macs_shared',
        `${twice.length === 1000 ? 'At least 1000' : twice.length} MAC addresses are on several services, such as ${twice[0]!.mac} on ${twice[0]!.services}. Take them away first.`,
      )
    const changed = await change(ctx, tenants, tenant, { unique_macs }, { action: 'updated' })
    await ctx.db.run(sql`update macs_in_use set exclusive = ${unique_macs} where exclusive <> ${unique_macs}`)
    return changed
  },
)
