import { DatabaseError } from 'pg'
import type { App } from './app.ts'
import { read, transaction, type Db, type TenantState } from './db.ts'
import { flush, newEffects, type Effects } from './effects.ts'
import { inOwnWords } from './entity-errors.ts'
import { newId } from './ids.ts'
import { reactInside } from './insiders.ts'
import type { Access } from './permissions.ts'
import type { Sql } from './sql.ts'
import { tenantOf, type Tenant } from './tenants.ts'

/** Who acts. `system` is the product itself: schedules, reactions, daemons. */
export type Actor = { kind: 'user' | 'api_key' | 'system'; id: string | null; name: string }

/** One link of the chain that answers "why did this happen?": the event that led here, oldest first. */
export type Cause = { event_id: string; type: string; row_id?: string }

/** Everything a verb needs. It travels as the first argument, so that what a verb calls joins its transaction. */
export type Ctx = {
  app: App
  tenant: Tenant
  actor: Actor
  access: Access
  /** The tenant's time: the wall clock, or a test clock's. */
  now: Temporal.Instant
  db: Db
  cause: readonly Cause[]
  request_id: string
  ip: string | null
  /** True in a dry run, which is rolled back: what cannot be rolled back is only planned. */
  rehearsal: boolean
  /** What this transaction will have recorded when it commits: audit rows, events, jobs. */
  effects: Effects
}

/** Who acts for which tenant, with what permissions, as of `access_version`; cached by token. */
export type Principal = { tenant_id: string; actor: Actor; access: Access; access_version: bigint }

export type Origin = { request_id?: string; ip?: string | null; cause?: readonly Cause[] }

/** Cached permissions are older than the tenant's; whoever holds them must ask again. */
export class StaleAccess extends Error {}

/** A transaction as the principal: work, then audit rows, events and jobs, then commit. */
export async function act<T>(
  app: App,
  principal: Principal,
  origin: Origin,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  let effects: Effects | undefined
  const result = await freshTenant(app, principal, (tenant) =>
    transaction(app.pool, principal.tenant_id, async (db, state) => {
      const ctx = contextOf(app, tenant, principal, origin, db, state)
      const answer = await work(ctx)
      await reactInside(ctx)
      effects = ctx.effects
      await flush(ctx)
      return answer
    }),
  )
  if (effects && effects.events.length > 0) app.wake()
  return result
}

export type Rehearsal<T> = { dry_run: true; result: T } & Pick<Effects, 'changes' | 'events' | 'jobs'>

/** Runs whole inside the transaction, rolls back, and answers what it would have done; `tell` adds to the result what came of it. */
export async function rehearse<T>(
  app: App,
  principal: Principal,
  origin: Origin,
  work: (ctx: Ctx) => Promise<T>,
  tell: (ctx: Ctx, result: T) => Promise<T> = async (_, result) => result,
): Promise<Rehearsal<T>> {
  let rehearsal: Rehearsal<T> | undefined
  try {
    await freshTenant(app, principal, (tenant) =>
      transaction(app.pool, principal.tenant_id, async (db, state) => {
        const ctx = { ...contextOf(app, tenant, principal, origin, db, state), rehearsal: true }
        const result = await work(ctx)
        await reactInside(ctx)
        // Deferred constraints speak at commit; a rehearsal must hear them too.
        await db.run(checkConstraints)
        await flush(ctx)
        rehearsal = {
          dry_run: true,
          result: await tell(ctx, result),
          changes: ctx.effects.changes,
          events: ctx.effects.events,
          jobs: ctx.effects.jobs,
        }
        throw new RolledBack()
      }),
    )
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error
  }
  if (!rehearsal) throw new Error('A rehearsal ended without a result.')
  return rehearsal
}
class RolledBack extends Error {}
const checkConstraints: Sql = { text: ['set constraints all immediate'], values: [] }

/** A context that only reads: every statement is its own read-only transaction, in one trip. */
export async function reading(app: App, principal: Principal, origin: Origin): Promise<Ctx> {
  const tenant = await tenantOf(app, principal.tenant_id)
  const all = async <Row>(query: Sql<Row>): Promise<Row[]> => {
    const { rows, state } = await read(app.pool, principal.tenant_id, query).catch(async (error: unknown) => {
      throw await staleOr(app, tenant, error)
    })
    verify(app, tenant, principal, state)
    if (state.clock_at) ctx.now = Temporal.Instant.from(state.clock_at)
    return rows
  }
  const db: Db = {
    all,
    async one(query) {
      const rows = await all(query)
      if (rows.length !== 1) throw new Error(`Expected one row, got ${rows.length}.`)
      return rows[0]!
    },
    maybe: async (query) => (await all(query))[0],
    run: () => Promise.reject(new Error('A reading context cannot write.')),
  }
  const state: TenantState = {
    access_version: principal.access_version,
    clock_at: tenant.test_clock ? tenant.clock_at : null,
  }
  const ctx = contextOf(app, tenant, principal, origin, db, state)
  return ctx
}

/** Any statement says whether what this process knows of the tenant still holds; if not, the request starts again with what does. */
export const mustBeCurrent = (ctx: Ctx) => ctx.db.all({ text: ['select 1'], values: [] })

export const systemPrincipal = (app: App, tenant_id: string, name = 'ISP Framework'): Principal => ({
  tenant_id,
  actor: { kind: 'system', id: null, name },
  access: app.everything,
  access_version: ANY_VERSION,
})
const ANY_VERSION = -2n

/** Today in the ISP's own time zone. */
export const today = (ctx: Ctx): Temporal.PlainDate =>
  ctx.now.toZonedDateTimeISO(ctx.tenant.time_zone).toPlainDate()

/** Midnight that begins `date` in the ISP's time zone. */
export const startOf = (ctx: Ctx, date: Temporal.PlainDate): Temporal.Instant =>
  date.toZonedDateTime({ timeZone: ctx.tenant.time_zone }).toInstant()

function contextOf(
  app: App,
  tenant: Tenant,
  principal: Principal,
  origin: Origin,
  db: Db,
  state: TenantState,
): Ctx {
  verify(app, tenant, principal, state)
  return {
    app,
    tenant,
    actor: principal.actor,
    access: principal.access,
    now: state.clock_at
      ? Temporal.Instant.from(state.clock_at)
      : Temporal.Instant.fromEpochMilliseconds(Date.now()),
    db,
    cause: origin.cause ?? [],
    request_id: origin.request_id ?? newId(),
    ip: origin.ip ?? null,
    rehearsal: false,
    effects: newEffects(),
  }
}

function verify(app: App, tenant: Tenant, principal: Principal, state: TenantState): void {
  app.tenants.seen(principal.tenant_id, state.access_version)
  const known = principal.access_version === ANY_VERSION ? tenant.access_version : principal.access_version
  if (known !== state.access_version) throw new StaleAccess()
}

/** A column or table that is no longer there was an entity's or a field's, as this process knew it: whoever asks again knows better. */
async function staleOr(app: App, tenant: Tenant, error: unknown): Promise<unknown> {
  if (!(error instanceof DatabaseError) || (error.code !== '42703' && error.code !== '42P01')) return error
  const { state } = await read(app.pool, tenant.id, { text: ['select 1'], values: [] })
  if (state.access_version === tenant.access_version) return error
  app.tenants.seen(tenant.id, state.access_version)
  return new StaleAccess()
}

/** The product itself asks again by itself when a partner, role or entity has just changed; others do at the HTTP edge. */
async function freshTenant<T>(
  app: App,
  principal: Principal,
  work: (tenant: Tenant) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const tenant = await tenantOf(app, principal.tenant_id)
    try {
      return await work(tenant)
    } catch (thrown) {
      const error = await staleOr(app, tenant, thrown)
      if (!(error instanceof StaleAccess) || principal.access_version !== ANY_VERSION || attempt >= 5)
        throw inOwnWords(tenant, error)
    }
  }
}
