import ipaddr from 'ipaddr.js'
import type { Ctx } from '#kernel/ctx.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { resource } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { insert } from '#kernel/store.ts'
import { record } from '#kernel/effects.ts'

/** IPv6 prefixes delegated to subscribers (RFC 3633): a service has one or none, and no two overlap. */
export const ipv6Prefixes = resource('ipv6_prefix', {
  plural: 'ipv6_prefixes',
  label: 'IPv6 prefix',
  label_plural: 'IPv6 prefixes',
  title: 'prefix',
  generic: ['list', 'get'],
  fields: {
    prefix: { kind: 'cidr', personal: false, filter: true, sort: true, list: true },
    service_id: { kind: 'reference', to: 'service', filter: true, list: true },
  },
})

const [shortest, longest] = [32, 64]

/** Refuses what cannot be delegated, on the field `ipv6_prefix`. */
export function mustBePrefix(prefix: string): void {
  const [address, bits] = ipaddr.parseCIDR(prefix)
  if (address.kind() !== 'ipv6')
    throw invalidField(
      'ipv6_prefix',
      'not_ipv6',
      'IPv6 prefix must be an IPv6 network such as 2001:db8:7::/56.',
    )
  if (bits < shortest || bits > longest)
    throw invalidField(
      'ipv6_prefix',
      'out_of_range',
      `A prefix for a subscriber is between /${shortest} and /${longest} long; /56 is usual.`,
    )
}

/** Gives a service the prefix it asks for, instead of one it may have. Refused when it overlaps another service's. */
export async function assignPrefix(ctx: Ctx, service_id: string, prefix: string): Promise<string> {
  mustBePrefix(prefix)
  await releasePrefix(ctx, service_id)
  const holder = await ctx.db.maybe(sql<{ prefix: string }>`
    select prefix from ipv6_prefixes where prefix && ${prefix}::cidr limit 1`)
  if (holder)
    throw new Refused(
      409,
      'prefix_taken',
      holder.prefix === prefix
        ? `${prefix} is delegated to another service.`
        : `${prefix} overlaps ${holder.prefix}, which is delegated to another service.`,
    )
  const taken = await insert(ctx, ipv6Prefixes, { prefix, service_id }, { action: 'assigned' })
  return taken.prefix
}

/** Frees what a service held. */
export async function releasePrefix(ctx: Ctx, service_id: string): Promise<void> {
  const freed = await ctx.db.all(sql<{ id: string; prefix: string }>`
    delete from ipv6_prefixes where service_id = ${service_id} returning id, prefix`)
  for (const { id, prefix } of freed)
    record(ctx, {
      noun: 'ipv6_prefix',
      row_id: id,
      action: 'released',
      changes: { prefix: [prefix, null], service_id: [service_id, null] },
    })
}
