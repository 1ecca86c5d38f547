import type { Ctx } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, create, find } from '#kernel/store.ts'
import { confirmBillingRun, createBillingRun } from '#modules/billing/index.ts'
import { contacts, customers, disableCustomer, setParent } from '#modules/customers/index.ts'
import {
  activateService,
  changeTariff,
  changePrice,
  createDiscount,
  createService,
  createSurcharge,
  services,
  stopService,
  terminateService,
} from '#modules/services/index.ts'
import { at, moment, night, together } from './past.ts'
import { payWhatIsOwed, plannedPayments, type PaymentPlan } from './paying.ts'
import type { Provider } from './provider.ts'
import { seededRandom } from './random.ts'
import { by, type Staff } from './staff.ts'
import type { PlannedService, Subscriber } from './subscribers.ts'

/** A subscriber and what the ISP has made of it so far. */
export type Account = { subscriber: Subscriber; customer_id?: string; service_ids: string[] }

export type World = {
  provider: Provider
  staff: Staff
  accounts: Account[]
  /** Day 0. */
  first_day: Temporal.PlainDate
  payments: PaymentPlan
  random: ReturnType<typeof seededRandom>
}

/** One day of the ISP, in the order of a working day. `ctx.now` stays the real present. */
export async function liveThrough(ctx: Ctx, world: World, day: number): Promise<void> {
  const date = world.first_day.add({ days: day })
  await night(ctx, date)
  if (day >= 0 && (date.day === 1 || date.day === 15)) await bill(ctx, world, day, date)
  await welcome(ctx, world, day, date)
  await connect(ctx, world, day, date)
  await changeServices(ctx, world, day, date)
  await payWhatIsOwed(ctx, world, day, date)
  if (day === price_change_on) await raisePrice(ctx, world, date)
  await sayGoodbye(ctx, world, day, date)
}

async function bill(ctx: Ctx, world: World, day: number, date: Temporal.PlainDate): Promise<void> {
  const run = await at(ctx, moment(ctx, date, 6), (then) =>
    createBillingRun(by(world.staff.accountant, then), { date: date.toString() }),
  )
  await at(ctx, moment(ctx, date, 6, 20), (then) =>
    confirmBillingRun(by(world.staff.accountant, then), run.id, {}),
  )
  const billed = await ctx.db.all(sql<{ customer_id: string }>`
    select customer_id from invoices where billing_run_id = ${run.id} order by number`)
  plannedPayments(
    world,
    billed.map((invoice) => invoice.customer_id),
    day,
  )
}

/** New customers sign up, with their services, which are still pending. */
async function welcome(ctx: Ctx, world: World, day: number, date: Temporal.PlainDate): Promise<void> {
  const joining = world.accounts.filter((account) => account.subscriber.joins_on === day)
  // A branch needs its head office first.
  const [offices, branches] = [false, true].map((branch) =>
    joining.filter((account) => (account.subscriber.parent !== undefined) === branch),
  )
  for (const round of [offices!, branches!]) {
    await together(round, (account, n) =>
      at(ctx, moment(ctx, date, 9 + (n % 8), (n * 7) % 60), (then) =>
        signUp(by(world.staff.reception, then), world, account, date),
      ),
    )
  }
}

async function signUp(ctx: Ctx, world: World, account: Account, date: Temporal.PlainDate): Promise<void> {
  const { customer, contacts: people, labels, parent, partner, services: planned } = account.subscriber
  const { billed_with_parent } = account.subscriber
  const { provider, accounts } = world
  const parent_id = parent === undefined ? undefined : accounts[parent]?.customer_id
  const { id } = await create(ctx, asResource(customers), {
    ...customer,
    partner_id: provider.partners[partner],
    label_ids: labels.map((label) => provider.labels[label]),
    ...(parent_id === undefined || billed_with_parent ? {} : { parent_id }),
  })
  account.customer_id = String(id)
  if (parent_id !== undefined && billed_with_parent)
    await setParent(ctx, account.customer_id, { parent_id, mode: 'aggregated' })
  for (const contact of people) await create(ctx, asResource(contacts), { ...contact, customer_id: id })
  for (const service of planned)
    account.service_ids.push(await order(ctx, world, account.customer_id, service, date))
}

async function order(
  ctx: Ctx,
  { provider, first_day }: World,
  customer_id: string,
  planned: PlannedService,
  date: Temporal.PlainDate,
): Promise<string> {
  const { tariff, login, router, ipv4_mode, ipv4_address, mac, price, period_months, activated_on } = planned
  const starts = activated_on === undefined ? date.add({ days: 7 }) : first_day.add({ days: activated_on })
  const line = {
    ...(login ? { login, router_id: provider.routers[router ?? 'core'] } : {}),
    ...(ipv4_mode ? { ipv4_mode } : {}),
    ...(ipv4_address ? { ipv4_address } : {}),
    ...(mac ? { mac } : {}),
  }
  const { id: service_id } = await createService(ctx, {
    customer_id,
    tariff_id: provider.tariffs[tariff],
    start_date: starts.toString(),
    ...(price === undefined ? {} : { price }),
    ...(period_months === undefined ? {} : { period_months }),
    ...(tariff === 'fibre_phone'
      ? { children: new JsonValue([{ tariff_id: provider.tariffs.fibre_300, ...line }]) }
      : line),
  })
  const { discount, surcharge } = planned
  const from_date = starts.toString()
  if (discount) await createDiscount(ctx, { ...discount, customer_id, service_id, from_date })
  if (surcharge) await createSurcharge(ctx, { ...surcharge, service_id, from_date })
  return service_id
}

async function connect(ctx: Ctx, world: World, day: number, date: Temporal.PlainDate): Promise<void> {
  const due = world.accounts.filter(({ subscriber }) =>
    subscriber.services.some((service) => service.activated_on === day),
  )
  // One after another: free addresses of a pool are found by looking, and two who look at once find the same.
  await together(
    due,
    ({ subscriber, service_ids }, n) =>
      at(ctx, moment(ctx, date, 11 + (n % 5), (n * 11) % 60), async (then) => {
        for (const [i, service] of subscriber.services.entries()) {
          const service_id = service_ids[i]
          if (service.activated_on === day && service_id)
            await activateService(by(world.staff.technician, then), service_id, {})
        }
      }),
    1,
  )
}

/** Pauses, returns, other tariffs. */
async function changeServices(ctx: Ctx, world: World, day: number, date: Temporal.PlainDate): Promise<void> {
  for (const { subscriber, service_ids } of world.accounts) {
    for (const [i, planned] of subscriber.services.entries()) {
      const service_id = service_ids[i]
      const { paused, moves_to } = planned
      if (!service_id || (paused?.from !== day && paused?.to !== day && moves_to?.on !== day)) continue
      await at(ctx, moment(ctx, date, 13, i * 5), async (then) => {
        const asked = by(world.staff.reception, then)
        const service = await find(asked, services, service_id)
        if (paused?.from === day && service?.status === 'active')
          await stopService(asked, service_id, { reason: 'away for a while' })
        if (paused?.to === day && service?.status === 'stopped') await activateService(asked, service_id, {})
        if (moves_to?.on === day && service?.status === 'active')
          await changeTariff(asked, service_id, { tariff_id: world.provider.tariffs[moves_to.tariff] })
      })
    }
  }
}

/** In the spring of the year that is told. */
const price_change_on = 130

/** The smallest wireless tariff costs a little more, for those who have it from their next period on. */
async function raisePrice(ctx: Ctx, { provider, staff }: World, date: Temporal.PlainDate): Promise<void> {
  await at(ctx, moment(ctx, date, 15), (then) =>
    changePrice(by(staff.accountant, then), provider.tariffs.wireless_20, {
      price: 14_90n,
      existing: 'next_period',
      reason: 'the masts cost more',
    }),
  )
}

async function sayGoodbye(ctx: Ctx, world: World, day: number, date: Temporal.PlainDate): Promise<void> {
  for (const { subscriber, customer_id, service_ids } of world.accounts) {
    if (subscriber.leaves_on !== day || !customer_id) continue
    await at(ctx, moment(ctx, date, 16), async (then) => {
      const reception = by(world.staff.reception, then)
      for (const service_id of service_ids) {
        const service = await find(reception, services, service_id)
        if (service && service.status !== 'terminated')
          await terminateService(reception, service_id, { reason: 'the customer moved away' })
      }
      await disableCustomer(reception, customer_id, { reason: 'moved away' })
    })
  }
}
