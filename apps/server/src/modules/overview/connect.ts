import { collectionCommand } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { reactInside } from '#kernel/insiders.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField } from '#kernel/refused.ts'
import { shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, create, find } from '#kernel/store.ts'
import { tariffs } from '#modules/catalog/index.ts'
import { customers } from '#modules/customers/index.ts'
import { activateService, createService, services, type Service } from '#modules/services/index.ts'
import { previewed } from './next-invoice.ts'

const who = {
  name: { kind: 'text', max: 200 },
  category: { kind: 'choice', values: ['person', 'company'], default: 'person' },
  email: { kind: 'email', nullable: true },
  phone: { kind: 'phone', nullable: true },
  tax_id: { kind: 'text', max: 40, nullable: true, label: 'VAT number' },
  street: { kind: 'text', max: 200, nullable: true, group: 'Address' },
  postal_code: { kind: 'text', max: 20, nullable: true, group: 'Address' },
  city: { kind: 'text', max: 100, nullable: true, group: 'Address' },
  country: {
    kind: 'text',
    min: 2,
    max: 2,
    nullable: true,
    group: 'Address',
    help: 'ISO 3166 code, such as PL',
  },
  partner_id: { kind: 'reference', to: 'partner', nullable: true },
} as const

const what = {
  tariff_id: { kind: 'reference', to: 'tariff', group: 'Service' },
  price: {
    kind: 'money',
    min: 0,
    max: 100_000_000,
    nullable: true,
    group: 'Service',
    help: 'Instead of the tariff’s price',
  },
  start_date: { kind: 'date', nullable: true, group: 'Service', help: 'Today when left out' },
  activate: {
    kind: 'boolean',
    default: true,
    group: 'Service',
    help: 'It works and is billed from its start',
  },
  login: { kind: 'text', max: 120, nullable: true, group: 'Access', help: 'Made of the name when left out' },
  password: { kind: 'secret', max: 128, nullable: true, group: 'Access', help: 'Made up when left out' },
  router_id: { kind: 'reference', to: 'router', nullable: true, group: 'Access' },
  ipv4_mode: { kind: 'choice', values: ['none', 'static', 'pool'], default: 'pool', group: 'Access' },
  ipv4_address: { kind: 'ip', nullable: true, group: 'Access' },
} as const

/**
 * A new customer with the first service, all or nothing. Answers `{customer, service, first_invoice: {date, amount, lines}|null}`; a
 * dry run so proposes the login and the address, and shows what the first invoice will be.
 */
export const connectCustomer = collectionCommand(
  customers,
  'connect',
  {
    label: 'New connection',
    help: 'A new customer with the first service: nothing is kept when any part of it is refused.',
    answers: 'json',
    input: { ...who, ...what },
  },
  async (ctx, input) => {
    mustBeAbleTo(ctx, asResource(services), 'create')
    if (input.activate !== false) mustBeAbleTo(ctx, asResource(services), 'activate')
    const given = Object.entries(input).filter(([name, value]) => name in who && value !== undefined)
    const created = await create(ctx, asResource(customers), Object.fromEntries(given))
    const customer_id = String(created.id)
    const service = await firstService(ctx, customer_id, input)
    // Billing reacts to what was begun: with it the customer's first billing day is known.
    await reactInside(ctx)
    const customer = await find(ctx, customers, customer_id)
    return {
      customer: shapeOf(ctx, asResource(customers)).present(customer!),
      service: shapeOf(ctx, asResource(services)).present(service),
      first_invoice: ctx.access.can('invoice', 'list') ? await previewed(ctx, customer!) : null,
    }
  },
)

type Input = Parameters<typeof connectCustomer>[1]

async function firstService(ctx: Ctx, customer_id: string, input: Input): Promise<Service> {
  const tariff = await find(ctx, tariffs, input.tariff_id)
  if (!tariff)
    throw invalidField(
      'tariff_id',
      'no_such_tariff',
      'There is no tariff with this id, or you may not see it.',
    )
  const internet = tariff.service_type === 'internet'
  const service = await createService(ctx, {
    customer_id,
    tariff_id: tariff.id,
    price: input.price ?? null,
    start_date: input.start_date ?? null,
    quantity: 1,
    ...(internet
      ? {
          login: input.login ?? (await freeLogin(ctx, input.name)),
          password: input.password ?? null,
          router_id: input.router_id ?? null,
          ipv4_mode: input.ipv4_address ? 'static' : (input.ipv4_mode ?? 'pool'),
          ipv4_address: input.ipv4_address ?? null,
        }
      : {}),
  })
  if (input.activate === false) return service
  const now = today(ctx).toString()
  return activateService(ctx, service, { date: service.start_date > now ? service.start_date : now })
}

const tries = 50

/** `jane.doe`, or `jane.doe2` where somebody has that; a name in another script gives `customer2`. */
async function freeLogin(ctx: Ctx, name: string): Promise<string> {
  const plain = name
    .normalize('NFD')
    .replace(/ł/gi, 'l')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.+|\.+$/g, '')
    .slice(0, 40)
  const stem = plain.length >= 2 ? plain : 'customer'
  const candidates = [stem, ...Array.from({ length: tries }, (_, n) => `${stem}${n + 2}`)]
  const taken = await ctx.db.all(
    sql<{ login: string }>`select login from services where login = any(${candidates}::text[])`,
  )
  const free = candidates.find((login) => !taken.some((row) => row.login === login))
  if (!free) throw invalidField('login', 'required', 'Say which login; the likely ones are all taken.')
  return free
}
