import { randomInt } from 'node:crypto'
import { collectionCommand, command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { asSystem } from '#kernel/insiders.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { change, find, insert, lock } from '#kernel/store.ts'
import { mustBeAllowedChange, mustBeOffered, tariffs } from '#modules/catalog/index.ts'
import { activateCustomer, customers } from '#modules/customers/index.ts'
import { assignPoolAddress, assignStaticAddress } from '#modules/network/index.ts'
import { services, type Service } from './services.ts'
import { standFrom, termsOn } from './timeline.ts'

const date = {
  kind: 'date',
  nullable: true,
  help: 'Today when left out; a later day plans the change',
} as const

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
    const tariff = await find(ctx, tariffs, input.tariff_id)
    if (!tariff)
      throw invalidField(
        'tariff_id',
        'no_such_tariff',
        'There is no tariff with this id, or you may not see it.',
      )
    const customer = await find(ctx, customers, input.customer_id)
    if (!customer)
      throw invalidField(
        'customer_id',
        'no_such_customer',
        'There is no customer with this id, or you may not see it.',
      )
    if (customer.status === 'disabled')
      throw new Refused(
        409,
        'customer_disabled',
        'A disabled customer cannot get services. Activate the customer first.',
      )
    await mustBeOffered(ctx, tariff, customer)
    const { login, password, ipv4_mode, ipv4_address, start_date, ...rest } = input
    const internet = tariff.service_type === 'internet'
    if (internet && !login) throw invalidField('login', 'required', 'An internet service needs a login.')
    if (!internet && (login || password))
      throw invalidField('login', 'not_internet', 'Only internet services have a login.')
    const mode = ipv4_address ? 'static' : (ipv4_mode ?? 'none')
    if (mode === 'static' && !ipv4_address)
      throw invalidField('ipv4_address', 'required', 'A static service needs its IP address.')
    if (ipv4_address?.includes(':'))
      throw invalidField('ipv4_address', 'not_ipv4', 'IPv4 address must be an IPv4 address.')
    const service = await insert(ctx, services, {
      ...rest,
      service_type: tariff.service_type,
      status: 'pending',
      login: internet ? (login ?? null) : null,
      password: internet ? (password ?? madeUpPassword()) : null,
      ipv4_mode: mode,
      ipv4_address: null,
      start_date: start_date ?? today(ctx).toString(),
    })
    if (mode !== 'static' || !ipv4_address) return service
    const address = await assignStaticAddress(ctx, service.id, ipv4_address)
    return change(ctx, services, service, { ipv4_address: address }, { action: 'address_assigned' })
  },
)

export const activateService = command(
  services,
  'activate',
  {
    input: { date },
    help: 'From this day it works and is billed.',
    unless: (service) =>
      ['pending', 'stopped', 'disabled'].includes(service.status)
        ? null
        : `This service is ${service.status}.`,
  },
  async (ctx, service, { date: wanted }) => {
    const from = wanted
      ? Temporal.PlainDate.from(wanted)
      : service.status === 'pending'
        ? laterOf(service.start_date, today(ctx))
        : today(ctx)
    const customer = await lock(ctx, customers, service.customer_id)
    if (customer.status === 'disabled')
      throw new Refused(409, 'customer_disabled', 'The customer is disabled. Activate the customer first.')
    const tariff = await find(ctx, tariffs, service.tariff_id)
    if (!tariff) throw new Error('A service without its tariff.')
    const pool =
      service.ipv4_mode === 'pool' ? await assignPoolAddress(ctx, service.id, service.router_id) : undefined
    const earlier =
      from.toString() < service.start_date
        ? await change(ctx, services, service, { start_date: from.toString() }, { action: 'start_moved' })
        : service
    const terms = {
      status: 'active' as const,
      tariff_id: service.tariff_id,
      price: service.price ?? tariff.price,
      quantity: service.quantity,
    }
    const active = await standFrom(ctx, earlier, from, terms, {
      action: 'activated',
      ...(pool ? { ipv4_address: pool } : {}),
    })
    if (customer.status === 'new')
      await activateCustomer(asSystem(ctx), customer, { reason: 'first service activated' })
    return active
  },
)

export const stopService = command(
  services,
  'stop',
  {
    input: { date, reason: { kind: 'text', max: 500, nullable: true } },
    help: 'A pause the customer wants: no access, no charge.',
    unless: (service) =>
      service.status === 'active'
        ? null
        : `Only an active service can be stopped; this one is ${service.status}.`,
  },
  (ctx, service, { date: wanted, reason }) => standLike(ctx, service, wanted, 'stopped', 'stopped', reason),
)

export const resumeService = command(
  services,
  'resume',
  {
    input: { date },
    unless: (service) =>
      service.status === 'stopped'
        ? null
        : `Only a stopped service can be resumed; this one is ${service.status}.`,
  },
  (ctx, service, { date: wanted }) => standLike(ctx, service, wanted, 'active', 'resumed'),
)

export const changeTariff = command(
  services,
  'change_tariff',
  {
    input: {
      tariff_id: { kind: 'reference', to: 'tariff' },
      price: {
        kind: 'money',
        min: 0,
        max: 100_000_000,
        nullable: true,
        help: 'Instead of the new tariff’s price',
      },
      date,
    },
    help: 'What was paid in advance of the old tariff is credited by the day.',
    unless: (service) =>
      ['active', 'stopped', 'pending'].includes(service.status) ? null : `This service is ${service.status}.`,
  },
  async (ctx, service, { tariff_id, price = null, date: wanted }) => {
    const tariff = await find(ctx, tariffs, tariff_id)
    if (!tariff)
      throw invalidField(
        'tariff_id',
        'no_such_tariff',
        'There is no tariff with this id, or you may not see it.',
      )
    const [present, customer] = await Promise.all([
      find(ctx, tariffs, service.tariff_id),
      find(ctx, customers, service.customer_id),
    ])
    if (!present || !customer) throw new Error('A service without its tariff or customer.')
    mustBeAllowedChange(present, tariff)
    if (tariff.id !== present.id) await mustBeOffered(ctx, tariff, customer)
    if (tariff.id === service.tariff_id && price === service.price)
      throw new Refused(409, 'same_tariff', 'The service has this tariff and price already.')
    const changed = await change(
      ctx,
      services,
      service,
      { price, ...(service.status === 'pending' ? { tariff_id } : {}) },
      { action: 'terms_agreed' },
    )
    if (service.status === 'pending') return changed
    const from = wanted ? Temporal.PlainDate.from(wanted) : today(ctx)
    return standFrom(
      ctx,
      changed,
      from,
      { status: service.status, tariff_id, price: price ?? tariff.price, quantity: service.quantity },
      { action: 'tariff_changed' },
    )
  },
)

export const terminateService = command(
  services,
  'terminate',
  {
    danger: true,
    input: { date, reason: { kind: 'text', max: 500, nullable: true } },
    help: 'It ends for good on this day; its login and addresses become free.',
    unless: (service) => (service.status === 'terminated' ? 'This service has ended already.' : null),
  },
  (ctx, service, { date: wanted, reason }) =>
    standLike(ctx, service, wanted, 'terminated', 'terminated', reason),
)

/** The same tariff, price and quantity with another status. */
export async function standLike(
  ctx: Ctx,
  service: Service,
  wanted: string | null | undefined,
  status: Service['status'],
  action: string,
  reason?: string | null,
): Promise<Service> {
  const from = wanted ? Temporal.PlainDate.from(wanted) : today(ctx)
  const terms = (await termsOn(ctx, service.id, from.toString())) ?? {
    tariff_id: service.tariff_id,
    price: service.price ?? 0n,
    quantity: service.quantity,
  }
  return standFrom(
    ctx,
    service,
    from.toString() < service.start_date ? Temporal.PlainDate.from(service.start_date) : from,
    { ...terms, status },
    { action, reason },
  )
}

const laterOf = (start: string, now: Temporal.PlainDate) =>
  start > now.toString() ? Temporal.PlainDate.from(start) : now

/** Twelve letters and digits that are not mistaken for one another when read out. */
function madeUpPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  return Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')
}
