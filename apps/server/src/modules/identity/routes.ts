import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import { hashToken } from '#kernel/crypto.ts'
import { act, systemPrincipal } from '#kernel/ctx.ts'
import { poolDb } from '#kernel/db.ts'
import { record } from '#kernel/effects.ts'
import { bodyOf, readAs, sessionCookie } from '#kernel/http.ts'
import { newId } from '#kernel/ids.ts'
import { createRateLimiter } from '#kernel/rate-limit.ts'
import { invalid, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { absoluteLimit } from './access.ts'
import { verifyPassword } from './passwords.ts'

/** Signing in and out, and "who am I": the only endpoints that are neither a noun nor a verb here. */
export function routes(server: FastifyInstance, app: App): void {
  // Ten tries at once and one a six seconds after, for one address and for one account.
  const byAddress = createRateLimiter(20, 30)
  const byAccount = createRateLimiter(10, 10)

  server.post('/api/v1/sign_in', async (request, reply) => {
    const { email, password, tenant } = credentialsOf(request)
    byAddress.take(request.ip)
    byAccount.take(email)
    const user = await findUser(app, email, password, tenant)
    if (!user) throw new Refused(401, 'sign_in_failed', 'E-mail address and password do not match.')
    const token = randomBytes(32).toString('base64url')
    const session_id = newId()
    const name = await act(
      app,
      systemPrincipal(app, user.tenant_id),
      { ip: request.ip, request_id: request.id },
      async (ctx) => {
        await ctx.db.run(sql`
        insert into sign_in_sessions (id, tenant_id, user_id, token_hash, ip, user_agent, expires_at, last_seen_at)
        values (${session_id}, ${user.tenant_id}, ${user.id}, ${hashToken(token)}, ${request.ip}, ${String(request.headers['user-agent'] ?? '').slice(0, 200)},
          ${Temporal.Now.instant().add(absoluteLimit)}, now())`) // wall clock: sign-ins live in real time
        const row = await ctx.db.one(
          sql<{
            name: string
          }>`update users set last_signed_in_at = now() where id = ${user.id} returning name`, // wall clock: the same
        )
        record(
          { ...ctx, actor: { kind: 'user', id: user.id, name: row.name } },
          { noun: 'user', row_id: user.id, action: 'signed_in', changes: {} },
        )
        return row.name
      },
    )
    reply.setCookie(sessionCookie, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      maxAge: 14 * 24 * 3600,
    })
    return { user: { id: user.id, name, email }, tenant: { id: user.tenant_id, name: user.tenant_name } }
  })

  server.post('/api/v1/sign_out', async (request, reply) => {
    const token = request.cookies[sessionCookie]
    if (token) {
      const session = await poolDb(app.pool).maybe(
        sql<{
          tenant_id: string
          id: string
        }>`select tenant_id, id from find_sign_in_session(${hashToken(token)})`,
      )
      if (session)
        await act(
          app,
          systemPrincipal(app, session.tenant_id),
          {},
          (ctx) => ctx.db.run(sql`update sign_in_sessions set revoked_at = now() where id = ${session.id}`), // wall clock: the same
        )
    }
    return reply.clearCookie(sessionCookie, { path: '/' }).code(204).send()
  })

  server.get('/api/v1/me', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const user =
        ctx.actor.kind === 'user'
          ? await ctx.db.maybe(
              sql<{
                id: string
                name: string
                email: string
                role_ids: string[]
              }>`select id, name, email, role_ids from users where id = ${ctx.actor.id}`,
            )
          : undefined
      const roles = user
        ? await ctx.db.all(
            sql<{
              name: string
            }>`select name from roles where id = any(${user.role_ids}::uuid[]) order by name`,
          )
        : []
      return {
        user: user
          ? { id: user.id, name: user.name, email: user.email }
          : { id: ctx.actor.id, name: ctx.actor.name, email: null },
        tenant: { id: ctx.tenant.id, name: ctx.tenant.name },
        partner_id: ctx.access.partner_id,
        roles: roles.map((role) => role.name),
      }
    }),
  )
}

function credentialsOf(request: FastifyRequest): { email: string; password: string; tenant: string | null } {
  const { email, password, tenant, ...rest } = bodyOf(request)
  const strange = Object.keys(rest)[0]
  if (strange)
    throw invalid([{ field: strange, code: 'unknown_field', detail: `“${strange}” is not a field here.` }])
  if (
    typeof email !== 'string' ||
    typeof password !== 'string' ||
    email.length > 254 ||
    password.length > 1000
  ) {
    throw invalid([{ field: 'email', code: 'required', detail: 'Send email and password.' }])
  }
  return { email: email.trim().toLowerCase(), password, tenant: typeof tenant === 'string' ? tenant : null }
}

/** A hash nobody's password has, so that an unknown address takes as long as a known one. */
const nobody =
  '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

async function findUser(app: App, email: string, password: string, tenant: string | null) {
  const found = await poolDb(app.pool).all(sql<{
    tenant_id: string
    tenant_name: string
    id: string
    password_hash: string | null
    status: string
  }>`
    select * from find_users_by_email(${email})`)
  const candidates = found.filter(
    (user) => !tenant || user.tenant_id === tenant || user.tenant_name === tenant,
  )
  for (const user of candidates) {
    if (
      user.status === 'active' &&
      user.password_hash &&
      (await verifyPassword(password, user.password_hash))
    )
      return user
  }
  if (candidates.length === 0) await verifyPassword(password, nobody)
  return undefined
}
