import { createApp, createLog, startProgram } from '../apps/server/src/program.ts'
import { modules } from '../apps/server/src/modules.ts'
import { clientOf, startTestIsp, asTenant, type Client, type TestIsp } from '#kernel/testing/isp.ts'
import { sql } from '#kernel/sql.ts'
import { createTenant, issueApiKey, type NewTenant } from '#modules/identity/index.ts'

export { advance, asTenant, settled, type Client, type TestIsp } from '#kernel/testing/isp.ts'

/** The whole program on a database of its own. */
export const startIsp = (env: Record<string, string> = {}): Promise<TestIsp> =>
  startTestIsp({ createApp, createLog, startProgram, modules }, env)

/** A new tenant on a test clock that stands at `at`, and its administrator. */
export async function newTenant(
  isp: TestIsp,
  wanted: Partial<NewTenant> & { at?: string } = {},
): Promise<Client> {
  const tenant_id = await createTenant(isp.app, isp.kek, {
    name: `Test ISP ${Math.random().toString(36).slice(2, 8)}`,
    test_clock: true,
    clock_at: Temporal.Instant.from(wanted.at ?? '2027-01-01T08:00:00Z'),
    ...wanted,
  })
  return clientWithRole(isp, tenant_id, 'admin')
}

export async function clientWithRole(
  isp: TestIsp,
  tenant_id: string,
  role: string,
  partner_id: string | null = null,
): Promise<Client> {
  const token = await asTenant(isp, tenant_id, async (ctx) => {
    const found = await ctx.db.one(sql<{ id: string }>`select id from roles where name = ${role}`)
    return (
      await issueApiKey(ctx, { name: `test ${role}`, role_ids: [found.id], partner_id, expires_at: null })
    ).token
  })
  return clientOf(isp, tenant_id, token)
}
