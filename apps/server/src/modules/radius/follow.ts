import { command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { on, type Told } from '#kernel/events.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import { change, insert } from '#kernel/store.ts'
import { shapingFields } from '#modules/catalog/index.ts'
import { convergeSession } from './converge.ts'
import { policies, policyOf } from './policy.ts'
import { coaRequests, sessions, type CoaRequest } from './sessions.ts'
import { findSubscribers } from './subscribers.ts'

const sessionsAtOnce = 500

/** What changes for the people online: sessions whose router applies something else than now holds are told, until they have it. */
export const followChanges = on(
  'radius.follow_changes',
  [
    'customer.blocked',
    'customer.unblocked',
    'customer.disabled',
    'customer.activated',
    'service.activated',
    'service.stopped',
    'service.resumed',
    'service.disabled',
    'service.terminated',
    'service.tariff_changed',
    'service.addresses_changed',
    'service.moved',
    'service.taken_over',
    'service.given_back',
    'tariff.updated',
    'router.updated',
    'session.outdated',
  ],
  async (ctx, event) => {
    const where = affected(event)
    if (!where) return
    for (let after = lowestId; ;) {
      const open = await ctx.db.all(sql<OpenSession>`
        select s.id, s.service_id, s.customer_id, s.partner_id, s.router_id, s.policy, r.nas_type, r.block_mode, r.walled_list
        from sessions s
        join routers r on r.tenant_id = s.tenant_id and r.id = s.router_id
        where s.status <> 'closed' and s.service_id is not null and s.id > ${after} and ${where}
        order by s.id
        limit ${sessionsAtOnce}`)
      // Addresses are given when a session begins: it has to begin anew.
      if (event.type === 'service.addresses_changed') await endAll(ctx, open, event.type)
      else await wantOf(ctx, open, event.type)
      const last = open.at(-1)
      if (!last || open.length < sessionsAtOnce) return
      after = last.id
    }
  },
)

export const disconnectSession = command(
  sessions,
  'disconnect',
  {
    danger: true,
    answers: 'json',
    help: 'The router is asked to end it. The subscriber’s equipment usually dials again at once.',
    input: { reason: { kind: 'text', max: 500, nullable: true } },
    unless: (session) => (session.status === 'closed' ? 'This session has ended already.' : null),
  },
  async (ctx, session, { reason }) => {
    const request = await want(ctx, session, {
      kind: 'disconnect',
      policy: policies.disconnected,
      reason: reason ?? 'asked for by the operator',
    })
    return { coa_request: { id: request.id, status: request.status } }
  },
)

type OpenSession = Pick<CoaRequest, 'service_id' | 'customer_id' | 'partner_id' | 'router_id' | 'policy'> & {
  id: string
  nas_type: string
  block_mode: 'reject' | 'walled'
  walled_list: string
}

const lowestId = '00000000-0000-0000-0000-000000000000'

function affected({ type, noun, row_id, data }: Told): Sql | undefined {
  const touched = (fields: readonly string[]) =>
    Array.isArray(data.changed) && fields.some((field) => (data.changed as unknown[]).includes(field))
  switch (noun) {
    case 'customer':
      // Who was new has never been online.
      if (type === 'customer.activated' && data.from === 'new') return undefined
      return sql`s.customer_id = ${row_id}`
    case 'service':
      if (data.with_many === true) return undefined
      return sql`s.service_id = ${row_id}`
    case 'session':
      return sql`s.id = ${row_id}`
    case 'tariff':
      return touched(shapingFields)
        ? sql`s.service_id in (select id from services where tariff_id = ${row_id} and status <> 'terminated')`
        : undefined
    case 'router':
      return touched(['block_mode', 'walled_list', 'nas_type']) ? sql`s.router_id = ${row_id}` : undefined
    default:
      return undefined
  }
}

/** Compares what these sessions have with what they should have. */
async function wantOf(ctx: Ctx, open: readonly OpenSession[], reason: string): Promise<void> {
  const subscribers = await findSubscribers(
    ctx.db,
    open.map(({ service_id }) => ({
      tenant_id: ctx.tenant.id,
      login: '',
      service_id: service_id ?? undefined,
    })),
  )
  for (const [n, session] of open.entries()) {
    const policy = policyOf(subscribers[n], session)
    if (session.policy === policies.disconnected) continue
    if (session.policy === policy.name)
      await giveUp(ctx, session.id, 'What was asked for no longer differs from what the session has.')
    else
      await want(ctx, session, {
        kind: policy.outcome === 'reject' ? 'disconnect' : 'coa',
        policy: policy.name,
        reason,
      })
  }
}

async function endAll(ctx: Ctx, open: readonly OpenSession[], reason: string): Promise<void> {
  for (const session of open)
    if (session.policy !== policies.disconnected)
      await want(ctx, session, { kind: 'disconnect', policy: policies.disconnected, reason })
}

type Wish = { kind: 'coa' | 'disconnect'; policy: string; reason: string }

/** One open request a session: a newer wish takes the place of an older one that was not granted yet. */
async function want(
  ctx: Ctx,
  session: Pick<OpenSession, 'id' | 'service_id' | 'customer_id' | 'partner_id' | 'router_id'>,
  wish: Wish,
): Promise<CoaRequest> {
  const waiting = await openRequest(ctx, session.id)
  const { id: session_id, service_id, customer_id, partner_id, router_id } = session
  const request = waiting
    ? await change(
        ctx,
        coaRequests,
        waiting,
        { ...wish, status: 'pending', attempts: 0, last_error: null },
        { action: 'replaced', reason: wish.reason },
      )
    : await insert(
        ctx,
        coaRequests,
        {
          session_id,
          service_id,
          customer_id,
          partner_id,
          router_id,
          ...wish,
          status: 'pending',
          attempts: 0,
        },
        { reason: wish.reason, data: { session_id, customer_id } },
      )
  convergeSession.later(ctx, { session_id }, { key: session_id })
  return request
}

async function giveUp(ctx: Ctx, session_id: string, sentence: string): Promise<void> {
  const waiting = await openRequest(ctx, session_id)
  if (waiting)
    await change(
      ctx,
      coaRequests,
      waiting,
      { status: 'superseded' },
      { action: 'superseded', reason: sentence },
    )
}

const openRequest = (ctx: Ctx, session_id: string): Promise<CoaRequest | undefined> =>
  ctx.db.maybe(
    sql<CoaRequest>`select * from coa_requests where session_id = ${session_id} and status in ('pending', 'sent') for no key update`,
  )
