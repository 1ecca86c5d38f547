import type { Ctx } from '#kernel/ctx.ts'
import { job } from '#kernel/jobs.ts'
import { sql } from '#kernel/sql.ts'
import { change, find } from '#kernel/store.ts'
import { routers } from '#modules/network/index.ts'
import type { AttributeValue, DynamicAuthorizationTarget } from '@isp/radius'
import { askRouter, isSilent, markSilent, type Ask, type Said } from './ask-router.ts'
import { policies, policyOf, type Policy } from './policy.ts'
import { coaRequests, sessions, type CoaRequest, type Session } from './sessions.ts'
import { findSubscribers } from './subscribers.ts'

/**
 * Brings one session to what its open request asks for: sends, and comes back later until the router has acknowledged or the session
 * is over. A router that is away costs three seconds once, then nothing until its pause is over.
 */
export const convergeSession = job<{ session_id: string }>(
  'radius.converge_session',
  { max_attempts: 25 },
  async (work) => {
    const { session_id } = work.payload
    const plan = await work.act((ctx) => planFor(ctx, session_id))
    if (!plan) return
    const said = await carryOut(work.app, plan)
    if (said.result === 'timeout') markSilent(work.app, plan.router_id)
    await work.act((ctx) => conclude(ctx, plan, said))
  },
)

type Plan = {
  request_id: string
  session_id: string
  router_id: string
  attempts: number
  kind: Ask['kind']
  policy: string
  target: DynamicAuthorizationTarget
  identity: [string, AttributeValue][]
  changes: [string, AttributeValue][]
}

/** After so many unanswered CoAs the session is ended instead: it comes back with the right policy. */
const coaTimeouts_max = 2
const disconnectNaks_max = 5
/** Until the next attempt; then hourly while the session lasts. */
const pauses_s = [10, 60, 300, 900]

async function planFor(ctx: Ctx, session_id: string): Promise<Plan | undefined> {
  const request = await ctx.db.maybe(sql<CoaRequest>`
    select * from coa_requests where session_id = ${session_id} and status in ('pending', 'sent') for no key update`)
  if (!request) return undefined
  const session = await find(ctx, sessions, session_id)
  const router = session && (await find(ctx, routers, session.router_id))
  if (!session || !router || session.status === 'closed') {
    await change(
      ctx,
      coaRequests,
      request,
      { status: 'superseded' },
      { action: 'superseded', reason: 'The session has ended.' },
    )
    return undefined
  }
  const wanted = await wantedPolicy(ctx, request, session, router)
  if (!wanted) {
    await change(
      ctx,
      coaRequests,
      request,
      { status: 'superseded' },
      { action: 'superseded', reason: 'The session has what it should have.' },
    )
    return undefined
  }
  if (isSilent(ctx.app, router.id)) {
    await comeBack(ctx, session_id, Math.max(1, request.attempts))
    return undefined
  }
  const kind = request.attempts >= coaTimeouts_max ? 'disconnect' : wayTo(wanted, session.policy)
  const attempts = request.attempts + 1
  await ctx.db.run(sql`
    update coa_requests
    set status = 'sent', kind = ${kind}, policy = ${wanted.name}, attempts = ${attempts}, sent_at = ${ctx.now}, version = version + 1, updated_at = ${ctx.now}
    where id = ${request.id}`)
  const secret = await ctx.app.secrets.open(
    ctx.tenant.id,
    { table: 'routers', column: 'radius_secret', row_id: router.id },
    router.radius_secret,
  )
  const host = router.nas_ip.replace(/\/\d+$/, '')
  return {
    request_id: request.id,
    session_id,
    router_id: router.id,
    attempts,
    kind,
    policy: wanted.name,
    target: { host, port: router.coa_port, secret, message_authenticator: true, event_timestamp: true },
    identity: identityOf(session, host),
    changes: wanted.attributes,
  }
}

/** Undefined when the session has it already. */
async function wantedPolicy(
  ctx: Ctx,
  request: CoaRequest,
  session: Session,
  router: Parameters<typeof policyOf>[1],
): Promise<Policy | undefined> {
  if (request.policy === policies.disconnected)
    return { name: policies.disconnected, outcome: 'reject', attributes: [] }
  const [subscriber] = await findSubscribers(ctx.db, [
    { tenant_id: ctx.tenant.id, login: '', service_id: session.service_id ?? undefined },
  ])
  const policy = policyOf(subscriber, router)
  return policy.name === session.policy ? undefined : policy
}

/**
 * A CoA sets speeds and puts into the walled garden's list. It cannot take out of it again (RouterOS keeps the list of a session that
 * is told of none), nor refuse: that takes a Disconnect, after which the subscriber dials in anew.
 */
function wayTo(wanted: Policy, has: string): Ask['kind'] {
  if (wanted.outcome === 'reject') return 'disconnect'
  const mayBeWalled = has.startsWith('walled ') || has === policies.other
  return wanted.outcome === 'accept' && mayBeWalled ? 'disconnect' : 'coa'
}

/** What names the session to its router (RFC 5176 §3). */
function identityOf(session: Session, nas_ip: string): [string, AttributeValue][] {
  const identity: [string, AttributeValue][] = [
    ['User-Name', session.login],
    ['Acct-Session-Id', session.acct_session_id],
  ]
  if (!nas_ip.includes(':')) identity.push(['NAS-IP-Address', nas_ip])
  const ip = session.ip?.replace(/\/\d+$/, '')
  if (ip && !ip.includes(':')) identity.push(['Framed-IP-Address', ip])
  return identity
}

async function carryOut(app: Ctx['app'], plan: Plan): Promise<Said> {
  const said = await askRouter(app, {
    kind: plan.kind,
    target: plan.target,
    attributes: plan.kind === 'coa' ? [...plan.identity, ...plan.changes] : plan.identity,
  })
  // It cannot change the session (error 401 unsupported, 405, 501 …): it can surely end it.
  if (plan.kind === 'coa' && said.result === 'nak' && said.error_cause !== sessionNotFound) {
    return askRouter(app, { kind: 'disconnect', target: plan.target, attributes: plan.identity })
  }
  return said
}

const sessionNotFound = 503

async function conclude(ctx: Ctx, plan: Plan, said: Said): Promise<void> {
  const request = await ctx.db.maybe(
    sql<CoaRequest>`select * from coa_requests where id = ${plan.request_id} for no key update`,
  )
  if (!request) return
  const now = ctx.now.toString()
  if (said.result === 'ack') {
    const policy = said.kind === 'disconnect' ? policies.disconnected : plan.policy
    await ctx.db.run(sql`update sessions set policy = ${policy} where id = ${plan.session_id}`)
  }
  // Somebody wished otherwise meanwhile; that wish has a job of its own.
  if (request.status !== 'sent') return
  const told = { kind: said.kind, answered_at: now }
  if (said.result === 'ack') {
    await change(
      ctx,
      coaRequests,
      request,
      { ...told, status: 'acked', last_error: null },
      { action: 'acked', data: { session_id: plan.session_id } },
    )
  } else if (said.result === 'nak' && said.error_cause === sessionNotFound) {
    await ctx.db.run(
      sql`update sessions set status = 'stale', download_bps = 0, upload_bps = 0, version = version + 1 where id = ${plan.session_id} and status = 'online'`,
    )
    await change(
      ctx,
      coaRequests,
      request,
      { ...told, status: 'naked', last_error: said.sentence },
      { action: 'naked', reason: said.sentence },
    )
  } else if (said.result === 'nak' && plan.attempts >= disconnectNaks_max) {
    await change(
      ctx,
      coaRequests,
      request,
      { ...told, status: 'failed', last_error: said.sentence },
      { action: 'failed', reason: said.sentence },
    )
  } else {
    await ctx.db.run(
      sql`update coa_requests set last_error = ${said.sentence}, updated_at = ${ctx.now} where id = ${request.id}`,
    )
    await comeBack(ctx, plan.session_id, plan.attempts)
  }
}

/** Routers live in real time, whatever the tenant's clock says. */
async function comeBack(ctx: Ctx, session_id: string, attempts: number): Promise<void> {
  const pause_s = pauses_s[attempts - 1] ?? 3600
  convergeSession.later(
    ctx,
    { session_id },
    // wall clock: routers live in real time.
    { key: session_id, at: Temporal.Now.instant().add({ seconds: pause_s }) },
  )
}
