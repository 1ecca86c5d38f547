import { collectionCommand } from '#kernel/commands.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { invalidField } from '#kernel/refused.ts'
import { decodedCustom } from '#kernel/input.ts'
import { asResource } from '#kernel/store.ts'
import { itemsOf } from '#modules/catalog/index.ts'
import { addServices } from './add.ts'
import { addChildren, childrenIn } from './bundles.ts'
import { services } from './services.ts'

export const createService = collectionCommand(
  services,
  'create',
  {
    label: 'Add service',
    help: 'The service is pending until it is activated.',
    input: {
      customer_id: { kind: 'reference', to: 'customer' },
      tariff_id: { kind: 'reference', to: 'tariff' },
      description: { kind: 'text', max: 500, nullable: true },
      quantity: { kind: 'integer', min: 1, max: 10_000, default: 1 },
      price: {
        kind: 'money',
        min: 0,
        max: 100_000_000,
        nullable: true,
        help: 'Instead of the tariff’s price',
      },
      period_months: {
        kind: 'integer',
        min: 1,
        max: 24,
        nullable: true,
        unit: 'months',
        help: 'Paid for so many months at a time: 1, 3, 6, 12 or 24, as the tariff is sold; the shortest when left out',
      },
      service_address_id: {
        kind: 'reference',
        to: 'address',
        nullable: true,
        help: 'One of the customer’s addresses; where the customer is served when left out',
      },
      login: { kind: 'text', max: 120, nullable: true, group: 'Access' },
      password: { kind: 'secret', max: 128, nullable: true, group: 'Access', help: 'Made up when left out' },
      router_id: { kind: 'reference', to: 'router', nullable: true, group: 'Access' },
      access_device_id: { kind: 'reference', to: 'access_device', nullable: true, group: 'Access' },
      access_port: { kind: 'text', max: 40, nullable: true, group: 'Access' },
      ipv4_mode: { kind: 'choice', values: ['none', 'static', 'pool'], nullable: true, group: 'Access' },
      ipv4_address: { kind: 'ip', nullable: true, group: 'Access' },
      ipv6_prefix: {
        kind: 'cidr',
        nullable: true,
        group: 'Access',
        label: 'IPv6 prefix',
        help: 'To be delegated to it, such as 2001:db8:7::/56',
      },
      mac: { kind: 'mac', nullable: true, group: 'Access', label: 'MAC address' },
      mac_binding: {
        kind: 'boolean',
        default: true,
        group: 'Access',
        label: 'MAC binding',
        help: 'Only its devices may use it; otherwise they are noted only',
      },
      start_date: { kind: 'date', nullable: true },
      external_id: { kind: 'text', max: 100, nullable: true },
      custom: { kind: 'json', nullable: true, label: 'Fields of your own', help: '{"colour": "red"}' },
      children: {
        kind: 'json',
        nullable: true,
        label: 'Services of a bundle',
        help: '[{"tariff_id", "login", "password", "router_id", "ipv4_mode", "ipv4_address", "mac"}]; logins are made up where none is given',
      },
    },
  },
  async (ctx, { children, custom, ...input }) => {
    const given = custom instanceof JsonValue ? custom.value : undefined
    const own = await decodedCustom(ctx, asResource(services), given, 'create')
    const [service] = await addServices(ctx, [{ ...input, ...(own ? { custom: own } : {}) }])
    const access = childrenIn(ctx, children)
    if (service!.service_type === 'bundle')
      await addChildren(ctx, service!, await itemsOf(ctx, service!.tariff_id), access)
    else if (access.length > 0)
      throw invalidField('children', 'not_a_bundle', 'Only a bundle has services inside it.')
    return service!
  },
)
