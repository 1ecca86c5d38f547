import cookie from '@fastify/cookie'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { actingFor } from './acting.ts'
import type { App } from './app.ts'
import {
  act,
  mustBeCurrent,
  reading,
  rehearse,
  StaleAccess,
  type Ctx,
  type Origin,
  type Principal,
} from './ctx.ts'
import { withRehearsed } from './rehearsed.ts'
import { mustBeKey, once, type Answer } from './idempotency.ts'
import { isId, newId } from './ids.ts'
import { observeRequest } from './metrics.ts'
import { refusalOf, sendProblem } from './problems.ts'
import { createRateLimiter } from './rate-limit.ts'
import { moneyNeedsKey, Refused } from './refused.ts'
import { refuseAddress, refuseConnection } from './unreadable.ts'

/** The HTTP edge: who asks, how often, in what form; then one of `readAs`, `actAs`. Nothing else here knows the business. */
export const bodyLimit = 1_048_576
export const deepestJson = 40
export const sessionCookie = 'isp_session'

export async function createServer(app: App): Promise<FastifyInstance> {
  const server = Fastify({
    // Its own lines (listening, closing) are no news.
    loggerInstance: app.log.child({}, { level: 'warn' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId(),
    bodyLimit,
    trustProxy: 'loopback',
    routerOptions: { maxParamLength: 200 },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    frameworkErrors: refuseAddress,
    clientErrorHandler: refuseConnection,
    requestTimeout: 120_000,
    forceCloseConnections: 'idle',
  })
  await server.register(cookie)
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => {
    try {
      done(null, parseJson(textOf(body as Buffer)))
    } catch (error) {
      done(error as Error)
    }
  })
  server.addHook('onRequest', async (request) => {
    request.started_ms = performance.now()
    request.acting_partner = takeActingPartner(request)
  })
  server.addHook('onResponse', async (request, reply) => observeRequest(app, request, reply))
  server.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal) return sendProblem(request, reply, refusal)
    request.log.error({ err: error, request_id: request.id }, 'request failed')
    return sendProblem(
      request,
      reply,
      new Refused(
        500,
        'internal_error',
        `This is a defect of ours. Nothing was changed. The log has it under ${request.id}.`,
      ),
    )
  })
  server.setNotFoundHandler((request, reply) =>
    sendProblem(
      request,
      reply,
      new Refused(404, 'not_found', 'There is nothing at this address. The API is described at /api/docs.'),
    ),
  )
  return server
}

/** Kinds judge what comes in, and `shape` prints. Unless it is told so, Fastify loads Ajv and a printer of its own at each start. */
function noSchemas(): never {
  throw new Error('Routes declare no schemas; the nouns do.')
}

declare module 'fastify' {
  interface FastifyRequest {
    started_ms: number
    /** The partner within which the request is to be carried out. */
    acting_partner: string | undefined
    principal?: Principal
  }
}

const limiters = new WeakMap<App, ReturnType<typeof createRateLimiter>>()

/** Cached by token until the tenant's access version moves (every transaction says what it is). */
const principals = new WeakMap<App, Map<string, { principal: Principal; until_ms: number }>>()
const rememberFor_ms = 60_000

export async function principalFor(app: App, request: FastifyRequest): Promise<Principal> {
  const { token, by } = credentials(request)
  const cache = principals.get(app) ?? new Map<string, { principal: Principal; until_ms: number }>()
  principals.set(app, cache)
  let known = cache.get(token)
  if (!known || known.until_ms < Date.now()) {
    const principal = await app.authenticate(token, by)
    if (!principal) {
      cache.delete(token)
      throw notSignedIn(
        by === 'api_key'
          ? 'This API key is not known, has expired or was revoked.'
          : 'Your session has ended. Sign in again.',
      )
    }
    if (cache.size > 20_000) cache.clear()
    cache.set(token, (known = { principal, until_ms: Date.now() + rememberFor_ms }))
  }
  let limiter = limiters.get(app)
  if (!limiter) limiters.set(app, (limiter = createRateLimiter(app.config.rate_limit_per_minute)))
  const left = limiter.take(known.principal.actor.id ?? token)
  request.principal = known.principal
  request.rateLimit = left
  return known.principal
}
declare module 'fastify' {
  interface FastifyRequest {
    rateLimit?: { limit: number; remaining: number; reset_s: number }
  }
}

/** `Acting-Partner: {id}`; a link, which can bear no header, says `?acting_partner=`. It is taken out of the query, where it filters nothing. */
function takeActingPartner(request: FastifyRequest): string | undefined {
  const query = request.query as Record<string, unknown>
  const asked = request.headers['acting-partner'] ?? query.acting_partner
  delete query.acting_partner
  if (asked === undefined || asked === '') return undefined
  if (!isId(asked))
    throw new Refused(400, 'bad_acting_partner', 'Acting-Partner must be the id of a partner.')
  return asked
}

const actingAs = (app: App, request: FastifyRequest, principal: Principal): Promise<Principal> | Principal =>
  request.acting_partner === undefined ? principal : actingFor(app, principal, request.acting_partner)

/** Who asks, as of now: for what lasts longer than its request. */
export async function principalAgain(app: App, request: FastifyRequest): Promise<Principal> {
  forget(app, request)
  return actingAs(app, request, await principalFor(app, request))
}

function forget(app: App, request: FastifyRequest): void {
  principals.get(app)?.delete(credentials(request).token)
}

const notSignedIn = (detail: string) =>
  new Refused(401, 'not_signed_in', detail, { headers: { 'www-authenticate': 'Bearer' } })

function credentials(request: FastifyRequest): { token: string; by: 'api_key' | 'session' } {
  const header = request.headers.authorization
  if (header !== undefined) {
    const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header)?.[1]
    if (!token) throw notSignedIn('The Authorization header must be “Bearer isp_…”.')
    return { token, by: 'api_key' }
  }
  const token = request.cookies[sessionCookie]
  if (!token) throw notSignedIn('Sign in, or send an API key: Authorization: Bearer isp_….')
  if (request.method !== 'GET' && request.method !== 'HEAD') mustBeSameSite(request)
  return { token, by: 'session' }
}

/** A cookie alone is not consent: a browser says where a writing request comes from, and it must be this site. */
function mustBeSameSite(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site']
  const origin = request.headers.origin
  const foreign = site
    ? site !== 'same-origin' && site !== 'none'
    : origin !== undefined && !sameHost(origin, request.headers.host)
  if (foreign)
    throw new Refused(
      403,
      'cross_site_request',
      'This request came from another site and was not carried out.',
    )
}
const sameHost = (origin: string, host: string | undefined) =>
  URL.canParse(origin) && new URL(origin).host === host

export const originOf = (request: FastifyRequest): Origin => ({ request_id: request.id, ip: request.ip })

/** A reading request. Permissions that turn out to be out of date are fetched again, once. */
export async function readAs<T>(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  return freshly(app, request, reply, async (principal) => {
    const ctx = await reading(app, principal, originOf(request))
    try {
      return await work(ctx)
    } catch (error) {
      // What was refused before anything was asked of the database may hold no longer: a field that was made a moment ago.
      if (error instanceof Refused) await mustBeCurrent(ctx)
      throw error
    }
  })
}

/** A reading request whose statements must see one snapshot. */
export async function readTogether<T>(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  return freshly(app, request, reply, (principal) => act(app, principal, originOf(request), work))
}

/** A writing request: `dry_run` and `Idempotency-Key` are dealt with here, for every verb alike. */
export async function actAs(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  options: { status: number; key_required?: boolean },
  work: (ctx: Ctx, body: Record<string, unknown>) => Promise<unknown>,
): Promise<unknown> {
  const { dry_run, ...body } = bodyOf(request)
  if (dry_run !== undefined && typeof dry_run !== 'boolean')
    throw new Refused(422, 'invalid', 'dry_run must be true or false.')
  const key = keyOf(request)
  if (key === undefined && options.key_required && !dry_run) throw moneyNeedsKey()
  return freshly(app, request, reply, async (principal) => {
    if (dry_run) return rehearse(app, principal, originOf(request), (ctx) => work(ctx, body), withRehearsed)
    const answer = await act(
      app,
      principal,
      originOf(request),
      async (ctx): Promise<Answer & { replayed?: boolean }> => {
        const carryOut = async () => ({ status: options.status, body: await work(ctx, body) })
        if (key === undefined) return carryOut()
        return once(ctx, key, { method: request.method, path: request.url.split('?')[0]!, body }, carryOut)
      },
    )
    if (answer.replayed) reply.header('idempotency-replayed', 'true')
    reply.code(answer.status)
    return answer.body
  })
}

/** The request's `Idempotency-Key`, if it bears one. */
export function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string') return undefined
  mustBeKey(key)
  return key
}

export async function freshly<T>(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (principal: Principal) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const principal = await principalFor(app, request)
    const left = request.rateLimit
    if (left)
      reply.headers({
        'ratelimit-limit': left.limit,
        'ratelimit-remaining': left.remaining,
        'ratelimit-reset': left.reset_s,
      })
    try {
      return await work(await actingAs(app, request, principal))
    } catch (error) {
      if (!(error instanceof StaleAccess) || attempt >= 3) throw error
      forget(app, request)
    }
  }
}

export function bodyOf(request: FastifyRequest): Record<string, unknown> {
  const body: unknown = request.body === undefined ? {} : request.body
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Refused(400, 'not_an_object', 'The body must be a JSON object.')
  return body as Record<string, unknown>
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Bytes that are not UTF-8 are refused: what they meant cannot be known, and question marks would be stored for it. */
function textOf(body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch {
    throw new Refused(400, 'not_utf8', 'The body is not text in UTF-8.')
  }
}

/** JSON with two bounds that `JSON.parse` lacks: depth, and no key that reaches an object's prototype. */
function parseJson(text: string): unknown {
  if (text.length === 0) return {}
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (inString) {
      if (c === 92) i++
      else if (c === 34) inString = false
    } else if (c === 34) inString = true
    else if (c === 123 || c === 91) {
      if (++depth > deepestJson)
        throw new Refused(400, 'too_deep', `The JSON is nested deeper than ${deepestJson} levels.`)
    } else if (c === 125 || c === 93) depth--
  }
  if (
    /"(?:__proto__|constructor|prototype)"\s*:/.test(text) ||
    /"[^"]*\\u00(?:5f|5F|63|70)[^"]*"\s*:/.test(text)
  ) {
    throw new Refused(400, 'forbidden_key', 'The keys __proto__, constructor and prototype are not accepted.')
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new Refused(400, 'not_json', 'The body is not valid JSON.')
  }
}
