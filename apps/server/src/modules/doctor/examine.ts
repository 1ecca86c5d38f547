import type { App } from '#kernel/app.ts'
import { act, systemPrincipal } from '#kernel/ctx.ts'
import { poolDb } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import { bookChecks } from './books.ts'
import { databaseChecks } from './database.ts'
import { problem, type Check, type Finding, type Verdict } from './finding.ts'
import { machineChecks } from './machine.ts'
import { settingChecks } from './settings.ts'
import { workChecks } from './work.ts'

export type Examination = { status: Finding['status']; checks: Finding[] }

/** Looks at the installation, and at the books and settings of the tenants named, or of all. It changes nothing. */
export async function examine(app: App, tenant_ids?: readonly string[]): Promise<Examination> {
  const checks: Finding[] = []
  for (const check of [...databaseChecks, ...workChecks, ...machineChecks])
    checks.push(...(await found(check, app)))
  const tenants = await poolDb(app.pool)
    .all(sql<{ id: string }>`select id from all_tenants()`)
    .catch(() => [])
  for (const { id } of tenants) {
    if (tenant_ids && !tenant_ids.includes(id)) continue
    for (const check of [...bookChecks, ...settingChecks]) checks.push(...(await ofTenant(app, id, check)))
  }
  return { status: worst(checks), checks }
}

const ofTenant = (app: App, tenant_id: string, check: (typeof bookChecks)[number]): Promise<Finding[]> =>
  found(
    {
      name: check.name,
      look: () => act(app, systemPrincipal(app, tenant_id), {}, (ctx) => check.look(ctx)),
    },
    undefined,
    app.tenants.get(tenant_id).then((tenant) => tenant.name),
  )

async function found<Of>(check: Check<Of>, of: Of, tenant?: Promise<string>): Promise<Finding[]> {
  const verdicts = await Promise.resolve(check.look(of)).catch((error: unknown): Verdict =>
    problem(
      `This could not be looked at: ${error instanceof Error ? error.message : String(error)}`,
      'The log of the server may say more.',
    ),
  )
  const name = await tenant?.catch(() => 'unknown')
  return [verdicts]
    .flat()
    .map((verdict) => ({ check: check.name, ...verdict, ...(name ? { tenant: name } : {}) }))
}

const worst = (checks: readonly Finding[]): Finding['status'] =>
  checks.some(({ status }) => status === 'problem')
    ? 'problem'
    : checks.some(({ status }) => status === 'warning')
      ? 'warning'
      : 'ok'
