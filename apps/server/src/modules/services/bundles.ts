import { today, type Ctx } from '#kernel/ctx.ts'
import type { Event } from '#kernel/effects.ts'
import { asSystem, inside } from '#kernel/insiders.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { invalidField } from '#kernel/refused.ts'
import type { Fields, Input } from '#kernel/resource.ts'
import { decodeBody } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { change, find } from '#kernel/store.ts'
import { itemsOf, listPrice, tariffs, type BundleItem } from '#modules/catalog/index.ts'
import { customers } from '#modules/customers/index.ts'
import { addServices, type NewService } from './add.ts'
import { enter } from './enter.ts'
import { services, type Service } from './services.ts'
import { activateService, resumeService, stopService, terminateService } from './status-verbs.ts'

/** The services a bundle consists of: real ones that cost nothing by themselves. A login that is not given is made of the customer's number. */
export async function addChildren(
  ctx: Ctx,
  bundle: Service,
  items: readonly BundleItem[],
  given: readonly ChildAccess[] = [],
): Promise<Service[]> {
  const left = [...given]
  const wanted: NewService[] = []
  for (const item of items) {
    const tariff = await find(asSystem(ctx), tariffs, item.item_tariff_id)
    if (!tariff) throw new Error('A bundle without one of its tariffs.')
    // Each line has a login of its own; of other things there may be several in one service.
    const [services_of_it, quantity] =
      tariff.service_type === 'internet' ? [item.quantity, 1] : [1, item.quantity]
    for (let n = 0; n < services_of_it * bundle.quantity; n++) {
      const place = left.findIndex(({ tariff_id }) => tariff_id === tariff.id)
      const [access] = place < 0 ? [] : left.splice(place, 1)
      wanted.push({
        ...access,
        customer_id: bundle.customer_id,
        tariff_id: tariff.id,
        quantity,
        price: 0n,
        start_date: bundle.start_date,
        bundle_service_id: bundle.id,
        activate: bundle.status === 'active',
        ...(tariff.service_type === 'internet' && !access?.login
          ? {
              login: await freeLogin(
                ctx,
                bundle.customer_id,
                wanted.flatMap(({ login }) => login ?? []),
              ),
            }
          : {}),
      })
    }
  }
  const [strange] = left
  if (strange)
    throw invalidField(
      'children',
      'not_in_bundle',
      'One of the services is of a tariff that the bundle does not contain.',
    )
  return addServices(asSystem(ctx), wanted)
}

/** A bundle that was added without them, by an import say, has its services too. */
export const completeBundle = inside('services.complete_bundle', ['service.created'], async (ctx, event) => {
  if (isOther(event)) return
  const bundle = await find(ctx, services, event.row_id)
  if (bundle?.service_type !== 'bundle' || (await childrenOf(ctx, bundle.id)).length > 0) return
  await addChildren(ctx, bundle, await itemsOf(ctx, bundle.tariff_id))
})

/** Where many are added at once their events say what they are, so that nobody has to look at each. */
const isOther = ({ data }: Pick<Event, 'data'>): boolean =>
  typeof data.service_type === 'string' && data.service_type !== 'bundle'

const access = {
  tariff_id: { kind: 'reference', to: 'tariff' },
  login: { kind: 'text', max: 120, nullable: true },
  password: { kind: 'text', max: 128, nullable: true },
  router_id: { kind: 'reference', to: 'router', nullable: true },
  ipv4_mode: { kind: 'choice', values: ['none', 'static', 'pool'], nullable: true },
  ipv4_address: { kind: 'ip', nullable: true },
  mac: { kind: 'mac', nullable: true },
} as const satisfies Fields

/** What is said of a service inside a bundle when the bundle is sold: which tariff it is of, and its access. */
export type ChildAccess = Input<typeof access>

/** What was given of a bundle's services, read like any other input. */
export function childrenIn(ctx: Ctx, json: unknown): ChildAccess[] {
  const given = json instanceof JsonValue ? json.value : json
  if (given === null || given === undefined) return []
  if (
    !Array.isArray(given) ||
    given.length > 100 ||
    given.some((one) => typeof one !== 'object' || one === null)
  )
    throw invalidField(
      'children',
      'not_a_list',
      'children is a list of {"tariff_id", "login", …}, at most 100.',
    )
  return given.map(
    (one) => decodeBody(ctx, access, one as Record<string, unknown>, 'input') as Input<typeof access>,
  )
}

/** What a bundle does, its services do; when it ends they end with it or go on at their own tariffs' prices. */
export const followBundle = inside(
  'services.follow_bundle',
  ['activated', 'stopped', 'resumed', 'terminated', 'tariff_changed'].map((action) => `service.${action}`),
  async (ctx, event) => {
    if (isOther(event)) return
    const bundle = await find(ctx, services, event.row_id)
    if (bundle?.service_type !== 'bundle') return
    const children = await childrenOf(ctx, bundle.id)
    const from = typeof event.data.from === 'string' ? event.data.from : today(ctx).toString()
    const told = { date: from, reason: 'its bundle' }
    const having = (...statuses: Service['status'][]) =>
      children.filter(({ status }) => statuses.includes(status))
    switch (event.type) {
      case 'service.activated':
        for (const child of having('pending')) await activateService(ctx, child, told)
        return
      case 'service.stopped':
        for (const child of having('active')) await stopService(ctx, child, told)
        return
      case 'service.resumed':
        for (const child of having('stopped')) await resumeService(ctx, child, told)
        return
      case 'service.terminated':
        return endChildren(ctx, bundle, children, from)
      case 'service.tariff_changed':
        return changeChildren(ctx, bundle, children, from)
    }
  },
)

async function endChildren(
  ctx: Ctx,
  bundle: Service,
  children: readonly Service[],
  from: string,
): Promise<void> {
  const tariff = await find(ctx, tariffs, bundle.tariff_id)
  for (const child of children)
    if (tariff?.bundle_end === 'keep') await release(ctx, child, from)
    else await terminateService(ctx, child, { date: from, reason: 'its bundle ended' })
}

/** From a day on a child is a service like any other, at its tariff's price. */
async function release(ctx: Ctx, child: Service, from: string): Promise<void> {
  const tariff = await find(ctx, tariffs, child.tariff_id)
  if (!tariff) throw new Error('A service without its tariff.')
  const freed = await change(ctx, services, child, { bundle_service_id: null }, { action: 'left_bundle' })
  const price = listPrice(tariff, child.period_months) ?? tariff.price
  const terms = { kind: 'terms', date: from, price, price_is_custom: false } as const
  await enter(ctx, freed, { add: [terms] }, { reason: 'its bundle ended' })
}

/** Another bundle: what both contain goes on, what only the old one contained ends, what only the new one contains begins. */
async function changeChildren(
  ctx: Ctx,
  bundle: Service,
  children: readonly Service[],
  from: string,
): Promise<void> {
  const left = [...children]
  const missing: BundleItem[] = []
  for (const item of await itemsOf(ctx, bundle.tariff_id)) {
    const kept = left.filter(({ tariff_id }) => tariff_id === item.item_tariff_id)
    if (kept.length === 0) missing.push(item)
    for (const child of kept) left.splice(left.indexOf(child), 1)
  }
  for (const child of left)
    await terminateService(ctx, child, { date: from, reason: 'not in the new bundle' })
  if (missing.length > 0) await addChildren(ctx, { ...bundle, start_date: from }, missing)
}

const childrenOf = (ctx: Ctx, bundle_id: string): Promise<Service[]> =>
  ctx.db.all(sql<Service>`
    select *
    from services
    where bundle_service_id = ${bundle_id} and status <> 'terminated'
    order by id
    for no key update`)

/** `c-10042-1`, or the first number after it that nobody has. */
async function freeLogin(ctx: Ctx, customer_id: string, taken: readonly string[]): Promise<string> {
  const customer = await find(asSystem(ctx), customers, customer_id)
  if (!customer) throw new Error('A service without its customer.')
  const candidates = Array.from({ length: 1000 }, (_, n) => `${customer.number.toLowerCase()}-${n + 1}`)
  const used = await ctx.db.all(sql<{ login: string }>`
    select login from services where login = any(${candidates}::text[]) and status <> 'terminated'`)
  const known = new Set([...taken, ...used.map(({ login }) => login)])
  return candidates.find((login) => !known.has(login))!
}
