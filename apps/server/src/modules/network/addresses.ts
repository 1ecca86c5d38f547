import ipaddr from 'ipaddr.js'
import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { newId } from '#kernel/ids.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'

/** Gives a service the address it asks for. Refused when another service has it. */
export async function assignStaticAddress(ctx: Ctx, service_id: string, address: string): Promise<string> {
  await assignStaticAddresses(ctx, [{ service_id, address }])
  return address
}

/** Gives each service the address it asks for, in a statement for all. All of them get theirs, or none does. */
export async function assignStaticAddresses(
  ctx: Ctx,
  wanted: readonly { service_id: string; address: string }[],
): Promise<void> {
  if (wanted.length === 0) return
  await mustBeHosts(
    ctx,
    wanted.map(({ address }) => address),
  )
  const held = await ctx.db.all(sql<{ address: string; service_id: string | null }>`
    select host(address) as address, service_id
    from ip_addresses
    where address = any(${wanted.map(({ address }) => address)}::inet[])
    for update`)
  const holders = new Map<string, string | null>(held.map((row) => [row.address, row.service_id]))
  const fresh: { service_id: string; address: string }[] = []
  for (const { service_id, address } of wanted) {
    const holder = holders.get(address)
    if (holder === service_id) continue
    if (holder !== undefined) {
      const detail = holder ? `${address} is assigned to another service.` : `${address} is reserved.`
      throw new Refused(409, 'address_taken', detail, {
        errors: [{ field: 'ipv4_address', code: 'address_taken', detail }],
      })
    }
    holders.set(address, service_id)
    fresh.push({ service_id, address })
  }
  await claim(ctx, fresh)
}

/** Refuses what no subscriber can have: special addresses (RFC 6890), and a known network's own and broadcast address. */
async function mustBeHosts(ctx: Ctx, addresses: readonly string[]): Promise<void> {
  const special = addresses.find((address) => neverHosts.has(ipaddr.parse(address).range()))
  if (special !== undefined)
    throw invalidField(
      'ipv4_address',
      'not_a_host',
      `${special} is not an address that a subscriber can have.`,
    )
  const edge = await ctx.db.maybe(sql<{ address: string; network: string }>`
    select host(a) as address, n.network
    from unnest(${addresses}::inet[]) a
    join ip_networks n on n.network >>= a and not (a between n.first_address and n.last_address)
    limit 1`)
  if (edge)
    throw invalidField(
      'ipv4_address',
      'not_a_host',
      `${edge.address} is the first or last address of ${edge.network}, which no subscriber can have.`,
    )
}
const neverHosts = new Set(['unspecified', 'broadcast', 'multicast', 'loopback', 'linkLocal'])

/** Gives a service the lowest free address of a pool, its router's own pools first. It keeps it until it ends. */
export async function assignPoolAddress(
  ctx: Ctx,
  service_id: string,
  router_id: string | null,
): Promise<string> {
  const held = await ctx.db.maybe(
    sql<{
      address: string
    }>`select host(address) as address from ip_addresses where service_id = ${service_id}`,
  )
  if (held) return held.address
  const pools = await ctx.db.all(sql<{ id: string; first_address: string; last_address: string }>`
    select id, first_address, last_address
    from ip_networks
    where purpose = 'pool' and (router_id is null or router_id = ${router_id}::uuid)
    order by router_id nulls last, network
    for update`)
  for (const pool of pools) {
    // The first gap: the lowest address of the range, or one past a taken address whose successor is free.
    const free = await ctx.db.maybe(sql<{ address: string }>`
      select host(candidate) as address
      from (
        select ${pool.first_address}::inet as candidate
        union all
        select a.address + 1 from ip_addresses a where a.address >= ${pool.first_address}::inet and a.address < ${pool.last_address}::inet
      ) c
      where not exists (select from ip_addresses t where t.address = c.candidate)
      order by candidate
      limit 1`)
    if (free) {
      await claim(ctx, [{ service_id, address: free.address }])
      return free.address
    }
  }
  throw new Refused(
    409,
    'no_free_address',
    pools.length === 0
      ? 'There is no address pool for this router. Add an IP network with purpose pool.'
      : 'Every address of the pools for this router is taken.',
  )
}

/** Frees what a service held. */
export async function releaseAddresses(ctx: Ctx, service_id: string): Promise<void> {
  const freed = await ctx.db.all(sql<{ id: string; address: string }>`
    delete from ip_addresses where service_id = ${service_id} returning id, host(address) as address`)
  for (const { id, address } of freed)
    record(ctx, {
      noun: 'ip_address',
      row_id: id,
      action: 'released',
      changes: { address: [address, null], service_id: [service_id, null] },
    })
}

async function claim(ctx: Ctx, claims: readonly { service_id: string; address: string }[]): Promise<void> {
  if (claims.length === 0) return
  const rows = claims.map((one) => ({ id: newId(), ...one }))
  await ctx.db.run(sql`
    insert into ip_addresses (tenant_id, id, address, ip_network_id, service_id, created_at, updated_at)
    select ${ctx.tenant.id}::uuid, c.id, c.address::inet, n.id, c.service_id, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz
    from ${rowsOf('c', rows, { id: 'uuid', address: 'text', service_id: 'uuid' })}
    left join lateral (
      select id from ip_networks where first_address <= c.address::inet and last_address >= c.address::inet limit 1
    ) n on true`)
  for (const { id, address, service_id } of rows)
    record(ctx, {
      noun: 'ip_address',
      row_id: id,
      action: 'assigned',
      changes: { address: [null, address], service_id: [null, service_id] },
    })
}
