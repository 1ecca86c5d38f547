import { command } from '#kernel/commands.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { change } from '#kernel/store.ts'
import {
  assignPoolAddress,
  assignPrefix,
  assignStaticAddress,
  releaseAddresses,
  releasePrefix,
} from '#modules/network/index.ts'
import { reasonField } from './dates.ts'
import { services } from './services.ts'

/** Other addresses for a service: taken at once where it works, from the pool when it is activated otherwise. Sessions are ended, so that the line asks for the new ones. */
export const changeAddresses = command(
  services,
  'change_addresses',
  {
    label: 'Change addresses',
    input: {
      ipv4_mode: {
        kind: 'choice',
        values: ['none', 'static', 'pool'],
        nullable: true,
        label: 'IPv4 mode',
        help: 'As before when left out; pool: the lowest free address of the router’s pools',
      },
      ipv4_address: { kind: 'ip', nullable: true, label: 'IPv4 address', help: 'Exactly this one' },
      ipv6_prefix: {
        kind: 'cidr',
        nullable: true,
        label: 'IPv6 prefix',
        help: 'As before when left out, such as 2001:db8:7::/56',
      },
      without_ipv6_prefix: { kind: 'boolean', default: false, label: 'Without IPv6 prefix' },
      reason: reasonField,
    },
    help: 'What it had becomes free. Whoever is online is disconnected and dials again with the new addresses.',
    unless: (service) =>
      service.service_type !== 'internet'
        ? 'Only internet services have addresses.'
        : service.status === 'terminated'
          ? 'This service has ended; its addresses are free.'
          : null,
  },
  async (
    ctx,
    service,
    {
      ipv4_mode: wanted = null,
      ipv4_address: exact = null,
      ipv6_prefix = null,
      without_ipv6_prefix = false,
      reason,
    },
  ) => {
    if (exact?.includes(':'))
      throw invalidField('ipv4_address', 'not_ipv4', 'IPv4 address must be an IPv4 address.')
    if (exact && wanted && wanted !== 'static')
      throw invalidField('ipv4_mode', 'address_given', 'Say either an exact address or where it comes from.')
    if (wanted === 'static' && !exact)
      throw invalidField('ipv4_address', 'required', 'A static service needs its IP address.')
    if (ipv6_prefix && without_ipv6_prefix)
      throw invalidField('ipv6_prefix', 'two_wishes', 'Say either a prefix or that it has none, not both.')
    const ipv4_mode = exact ? 'static' : (wanted ?? service.ipv4_mode)
    const bare = service.ipv4_address?.replace(/\/\d+$/, '') ?? null
    const readdressed = ipv4_mode !== service.ipv4_mode || (exact !== null && exact !== bare)
    let ipv4_address = bare
    if (readdressed) {
      await releaseAddresses(ctx, service.id)
      ipv4_address = exact
        ? await assignStaticAddress(ctx, service.id, exact)
        : ipv4_mode === 'pool' && service.status !== 'pending'
          ? await assignPoolAddress(ctx, service.id, service.router_id)
          : null
    }
    let prefix = service.ipv6_prefix
    if (ipv6_prefix && ipv6_prefix !== prefix) prefix = await assignPrefix(ctx, service.id, ipv6_prefix)
    if (without_ipv6_prefix && prefix) {
      await releasePrefix(ctx, service.id)
      prefix = null
    }
    if (!readdressed && prefix === service.ipv6_prefix)
      throw new Refused(409, 'no_change', 'The service has these addresses already.')
    return change(
      ctx,
      services,
      service,
      { ipv4_mode, ipv4_address, ipv6_prefix: prefix },
      { action: 'addresses_changed', reason: reason ?? null, data: { customer_id: service.customer_id } },
    )
  },
)
