import type { App } from '#kernel/app.ts'
import { hashToken } from '#kernel/crypto.ts'
import { act, systemPrincipal, type Actor, type Principal } from '#kernel/ctx.ts'
import { poolDb } from '#kernel/db.ts'
import { accessOf, type Grant } from '#kernel/permissions.ts'
import { sql } from '#kernel/sql.ts'

/** From a token to who acts, with the permissions of its roles; null when it opens nothing. */
export async function authenticate(
  app: App,
  token: string,
  by: 'api_key' | 'session',
): Promise<Principal | null> {
  return by === 'api_key' ? byApiKey(app, token) : bySession(app, token)
}

export const idleLimit = Temporal.Duration.from({ hours: 12 })
export const absoluteLimit = Temporal.Duration.from({ hours: 24 * 14 })

async function byApiKey(app: App, token: string): Promise<Principal | null> {
  const key = await poolDb(app.pool).maybe(
    sql<{
      tenant_id: string
      id: string
      name: string
      partner_id: string
      role_ids: string[]
      expires_at: string | null
      last_used_at: string | null
    }>`select * from find_api_key(${hashToken(token)})`,
  )
  // wall clock: keys and sign-ins live in real time, also where an ISP’s clock is moved.
  if (!key || (key.expires_at && key.expires_at < new Date().toISOString())) return null
  const principal = await withRoles(
    app,
    key.tenant_id,
    { kind: 'api_key', id: key.id, name: key.name },
    key.partner_id,
    key.role_ids,
  )
  void touch(app, key.tenant_id, key.id, key.last_used_at)
  return principal
}

async function bySession(app: App, token: string): Promise<Principal | null> {
  const session = await poolDb(app.pool).maybe(sql<{
    tenant_id: string
    id: string
    user_id: string
    last_seen_at: string
    expires_at: string
  }>`
    select * from find_sign_in_session(${hashToken(token)})`)
  // wall clock: as a key.
  const now = Temporal.Now.instant()
  if (!session || Temporal.Instant.compare(Temporal.Instant.from(session.expires_at), now) <= 0) return null
  if (Temporal.Instant.compare(Temporal.Instant.from(session.last_seen_at).add(idleLimit), now) <= 0)
    return null
  await act(app, systemPrincipal(app, session.tenant_id), {}, (ctx) =>
    ctx.db.run(
      // wall clock: as a key.
      sql`update sign_in_sessions set last_seen_at = now() where id = ${session.id} and last_seen_at < now() - interval '1 minute'`,
    ),
  )
  return principalOf(app, session.tenant_id, { kind: 'user', id: session.user_id, name: '' })
}

/** A user or key as it stands now. */
export async function principalOf(app: App, tenant_id: string, actor: Actor): Promise<Principal> {
  if (actor.kind === 'system' || !actor.id) return systemPrincipal(app, tenant_id, actor.name)
  const holder = await act(app, systemPrincipal(app, tenant_id), {}, (ctx) =>
    ctx.db.maybe(
      actor.kind === 'user'
        ? sql<Holder>`select name, partner_id, role_ids from users where id = ${actor.id} and status = 'active'`
        : sql<Holder>`select name, partner_id, role_ids from api_keys where id = ${actor.id} and revoked_at is null`,
    ),
  )
  if (!holder) return { ...(await withRoles(app, tenant_id, actor, '', [])), access: accessOf([], '') }
  return withRoles(app, tenant_id, { ...actor, name: holder.name }, holder.partner_id, holder.role_ids)
}
type Holder = { name: string; partner_id: string; role_ids: string[] }

async function withRoles(
  app: App,
  tenant_id: string,
  actor: Actor,
  partner_id: string,
  role_ids: readonly string[],
): Promise<Principal> {
  return act(app, systemPrincipal(app, tenant_id), {}, async (ctx) => {
    const roles = await ctx.db.all(
      sql<{ grants: Grant[] }>`select grants from roles where id = any(${role_ids}::uuid[])`,
    )
    const { access_version } = await ctx.db.one(
      sql<{ access_version: bigint }>`select access_version from tenants where id = ${tenant_id}`,
    )
    const limit = partner_id === ctx.tenant.root_partner_id ? null : partner_id
    return {
      tenant_id,
      actor,
      access: accessOf(
        roles.flatMap((role) => role.grants),
        limit,
      ),
      access_version,
    }
  })
}

/** Last used is kept to the minute: a key in full use must not write a row per request. */
async function touch(
  app: App,
  tenant_id: string,
  key_id: string,
  last_used_at: string | null,
): Promise<void> {
  // wall clock: as a key.
  if (last_used_at && Date.now() - Date.parse(last_used_at) < 60_000) return
  await act(app, systemPrincipal(app, tenant_id), {}, (ctx) =>
    // wall clock: as a key.
    ctx.db.run(sql`update api_keys set last_used_at = now() where id = ${key_id}`),
  ).catch((error) => app.log.warn({ err: error }, 'last use of an API key was not noted'))
}
