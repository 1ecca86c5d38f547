import { collectionCommand } from '#kernel/commands.ts'
import { addServices } from './add.ts'
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
      login: { kind: 'text', max: 120, nullable: true, group: 'Access' },
      password: { kind: 'secret', max: 128, nullable: true, group: 'Access', help: 'Made up when left out' },
      router_id: { kind: 'reference', to: 'router', nullable: true, group: 'Access' },
      ipv4_mode: { kind: 'choice', values: ['none', 'static', 'pool'], nullable: true, group: 'Access' },
      ipv4_address: { kind: 'ip', nullable: true, group: 'Access' },
      mac: { kind: 'mac', nullable: true, group: 'Access' },
      start_date: { kind: 'date', nullable: true },
      external_id: { kind: 'text', max: 100, nullable: true },
    },
  },
  async (ctx, input) => {
    const [service] = await addServices(ctx, [input])
    return service!
  },
)
