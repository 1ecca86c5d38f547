import { collectionCommand, command } from '#kernel/commands.ts'
import { hashToken, newToken } from '#kernel/crypto.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import { shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, change, insert } from '#kernel/store.ts'
import { apiKeys, signInSessions, users } from './identity.ts'
import { hashPassword } from './passwords.ts'

const shortestPassword = 10

export const createUser = collectionCommand(
  users,
  'create',
  {
    label: 'Add user',
    input: {
      name: { kind: 'text', max: 120 },
      email: { kind: 'email' },
      password: {
        kind: 'secret',
        nullable: true,
        help: `At least ${shortestPassword} characters. Without one the user is invited and cannot sign in yet.`,
      },
      partner_id: { kind: 'reference', to: 'partner', nullable: true },
      role_ids: { kind: 'references', to: 'role', default: [], label: 'Roles' },
    },
  },
  async (ctx, { password, partner_id, ...input }) => {
    const user = await insert(ctx, users, {
      ...input,
      status: password ? 'active' : 'invited',
      partner_id: partner_id ?? ctx.access.partner_id ?? ctx.tenant.root_partner_id,
    })
    if (password) await storePassword(ctx, user.id, password)
    return user
  },
)

export const setPassword = command(
  users,
  'set_password',
  { label: 'Set password', input: { password: { kind: 'secret' } } },
  async (ctx, user, { password }) => {
    await storePassword(ctx, user.id, password)
    await revokeSessionsOf(ctx, user.id)
    return change(
      ctx,
      users,
      user,
      { status: user.status === 'invited' ? 'active' : user.status },
      { action: 'password_set' },
    )
  },
)

export const suspendUser = command(
  users,
  'suspend',
  {
    danger: true,
    input: { reason: { kind: 'text', nullable: true } },
    unless: (user, ctx) =>
      user.status === 'suspended'
        ? 'This user is suspended already.'
        : user.id === ctx.actor.id
          ? 'You cannot suspend yourself.'
          : null,
  },
  async (ctx, user, { reason }) => {
    await revokeSessionsOf(ctx, user.id)
    return change(ctx, users, user, { status: 'suspended' }, { action: 'suspended', reason })
  },
)

export const activateUser = command(
  users,
  'activate',
  { unless: (user) => (user.status === 'active' ? 'This user is active already.' : null) },
  (ctx, user) => change(ctx, users, user, { status: 'active' }, { action: 'activated' }),
)

/** Answers the key's row and, this once, its token. */
export const createApiKey = collectionCommand(
  apiKeys,
  'create',
  {
    label: 'Create API key',
    answers: 'json',
    help: 'The token is shown once; only its hash is kept.',
    input: {
      name: { kind: 'text', max: 120 },
      partner_id: { kind: 'reference', to: 'partner', nullable: true },
      role_ids: { kind: 'references', to: 'role', label: 'Roles' },
      expires_at: { kind: 'datetime', nullable: true },
    },
  },
  async (ctx, { name, partner_id, role_ids, expires_at }) => {
    if (expires_at && expires_at < ctx.now.toString())
      throw invalidField('expires_at', 'in_the_past', 'Expires at must lie in the future.')
    const { row, token } = await issueApiKey(ctx, {
      name,
      role_ids,
      partner_id: partner_id ?? null,
      expires_at: expires_at ?? null,
    })
    return { ...shapeOf(ctx, asResource(apiKeys)).present(row), token }
  },
)

export const revokeApiKey = command(
  apiKeys,
  'revoke',
  {
    danger: true,
    label: 'Revoke API key',
    unless: (key) => (key.revoked_at ? 'This key was revoked already.' : null),
  },
  (ctx, key) => change(ctx, apiKeys, key, { revoked_at: ctx.now.toString() }, { action: 'revoked' }),
)

export const revokeSession = command(
  signInSessions,
  'revoke',
  {
    danger: true,
    label: 'Sign out',
    unless: (session) => (session.revoked_at ? 'This session has ended already.' : null),
  },
  (ctx, session) =>
    change(ctx, signInSessions, session, { revoked_at: ctx.now.toString() }, { action: 'revoked' }),
)

export async function issueApiKey(
  ctx: Ctx,
  key: { name: string; role_ids: string[]; partner_id: string | null; expires_at: string | null },
) {
  const token = newToken('isp')
  const row = await insert(
    ctx,
    apiKeys,
    {
      ...key,
      partner_id: key.partner_id ?? ctx.access.partner_id ?? ctx.tenant.root_partner_id,
      prefix: token.slice(0, 12),
    },
    { columns: { token_hash: hashToken(token) } },
  )
  return { row, token }
}

async function storePassword(ctx: Ctx, user_id: string, password: string): Promise<void> {
  if (password.length < shortestPassword)
    throw invalidField('password', 'too_short', `Password must have at least ${shortestPassword} characters.`)
  await ctx.db.run(
    sql`update users set password_hash = ${await hashPassword(password)} where id = ${user_id}`,
  )
}

const revokeSessionsOf = (ctx: Ctx, user_id: string) =>
  ctx.db.run(
    sql`update sign_in_sessions set revoked_at = ${ctx.now} where user_id = ${user_id} and revoked_at is null`,
  )
