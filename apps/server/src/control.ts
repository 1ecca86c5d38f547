import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isAbsolute } from 'node:path'
import type { App } from '#kernel/app.ts'
import { sameBytes } from '#kernel/crypto.ts'
import { act, systemPrincipal, type Ctx } from '#kernel/ctx.ts'
import { poolDb } from '#kernel/db.ts'
import { bodyOf } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { Refused } from '#kernel/refused.ts'
import { advanceClock, parseDuration } from '#kernel/schedules.ts'
import { sql } from '#kernel/sql.ts'
import { examine } from '#modules/doctor/index.ts'
import { createTenant, issueApiKey } from '#modules/identity/index.ts'
import type { Backups } from './backup/index.ts'

/**
 * What the `isp` command asks of the running program, below /internal. The token lies in the data folder, readable by its owner only:
 * whoever can read it could read the database too.
 */
export function mountControl(
  server: FastifyInstance,
  app: App,
  kek: Buffer,
  token: string,
  backups: Backups | undefined,
): void {
  const guarded = (path: string, work: (body: Record<string, unknown>) => Promise<unknown>) =>
    server.post(`/internal/${path}`, async (request) => {
      mustHold(request, token)
      return work(bodyOf(request))
    })

  guarded('tenants', async ({ name, currency, time_zone, test_clock }) => ({
    id: await createTenant(app, kek, {
      name: text(name, 'name'),
      ...(currency ? { currency: text(currency, 'currency') } : {}),
      ...(time_zone ? { time_zone: text(time_zone, 'time_zone') } : {}),
      test_clock: test_clock === true,
    }),
  }))

  guarded('tokens', async ({ role, tenant, name }) => {
    const tenant_id = await chosenTenant(app, tenant)
    return act(app, systemPrincipal(app, tenant_id), {}, async (ctx) => ({
      token: await tokenFor(ctx, text(role, 'role'), name),
    }))
  })

  guarded('clock', async ({ by, tenant }) => {
    const now = await advanceClock(app, await chosenTenant(app, tenant), parseDuration(text(by, 'by')))
    return { now: now.toString({ smallestUnit: 'millisecond' }) }
  })

  guarded('backup', async ({ to, with_key }) => {
    if (!backups)
      throw new Refused(
        409,
        'own_database',
        'This installation uses the PostgreSQL of DATABASE_URL: back that up with pgBackRest or pg_basebackup, and DATA_DIR with its files and keys beside it.',
      )
    if (to !== undefined && (typeof to !== 'string' || !isAbsolute(to)))
      throw new Refused(422, 'invalid', 'to must be an absolute path.')
    const { folder, manifest } = await backups.take({ ...(to ? { to } : {}), with_key: with_key === true })
    const { contents, size_bytes, ...told } = manifest
    return {
      folder,
      size_bytes,
      files: contents.length,
      with_key: told.with_key,
      made_at: told.made_at,
      files_in: told.files,
    }
  })

  guarded('doctor', () => examine(app))
}

async function tokenFor(ctx: Ctx, role: string, name: unknown): Promise<string> {
  const found = await ctx.db.maybe(sql<{ id: string }>`select id from roles where name = ${role}`)
  if (!found) {
    const names = await ctx.db.all(sql<{ name: string }>`select name from roles order by name`)
    throw new Refused(
      422,
      'no_such_role',
      `There is no role “${role}”. There are: ${names.map((row) => row.name).join(', ')}.`,
    )
  }
  return (
    await issueApiKey(ctx, {
      name: typeof name === 'string' ? name : `isp token create (${role})`,
      role_ids: [found.id],
      partner_id: null,
      expires_at: null,
    })
  ).token
}

/** By id or name; the oldest when none is named. */
async function chosenTenant(app: App, wanted: unknown): Promise<string> {
  const tenants = await poolDb(app.pool).all(sql<{ id: string }>`select id from all_tenants()`)
  if (wanted === undefined || wanted === null) {
    if (!tenants[0])
      throw new Refused(
        404,
        'no_tenant',
        'There is no tenant yet. Make one: npm run isp -- tenant create "My ISP".',
      )
    return tenants[0].id
  }
  const name = text(wanted, 'tenant')
  if (isId(name) && tenants.some((tenant) => tenant.id === name)) return name
  const named = await poolDb(app.pool).all(sql<{ id: string }>`select id from tenants_named(${name}) as id`)
  if (named.length === 1) return named[0]!.id
  throw new Refused(
    404,
    'no_such_tenant',
    named.length > 1 ? `Several tenants are called “${name}”; give the id.` : `There is no tenant “${name}”.`,
  )
}

function mustHold(request: FastifyRequest, token: string): void {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (!sameBytes(Buffer.from(given), Buffer.from(token)))
    throw new Refused(404, 'not_found', 'There is nothing at this address.')
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw new Refused(422, 'invalid', `${name} is required.`)
  return value
}
