import { randomInt } from 'node:crypto'
import type { App } from '#kernel/app.ts'
import { act, systemPrincipal } from '#kernel/ctx.ts'
import { poolDb } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import { createTenant, createUser } from '#modules/identity/index.ts'

/** On an empty installation: the first ISP (the demo one unless ISP_DEMO=0) and its administrator, whose password is shown once. */
export async function firstTenant(
  app: App,
  kek: Buffer,
  fresh: boolean,
  progress: (sentence: string) => void,
): Promise<{ email: string; password: string } | undefined> {
  const tenants = await poolDb(app.pool).all(sql<{ id: string }>`select id from all_tenants()`)
  if (tenants.length > 0) return undefined
  const demo = app.config.demo ?? fresh
  const tenant_id = await createTenant(
    app,
    kek,
    demo ? { name: 'Northwind Fibre', currency: 'EUR', time_zone: 'Europe/Warsaw' } : { name: 'My ISP' },
  )
  const email = 'admin@example.com'
  const password = readablePassword()
  await act(app, systemPrincipal(app, tenant_id), {}, async (ctx) => {
    const role = await ctx.db.one(sql<{ id: string }>`select id from roles where name = 'admin'`)
    await createUser(ctx, {
      name: 'Administrator',
      email,
      password,
      role_ids: [role.id],
    })
  })
  if (demo) {
    const { seedDemo } = await import('./demo/index.ts')
    await seedDemo(app, tenant_id, progress)
  }
  return { email, password }
}

/** Four groups of four that are not mistaken for one another when typed. */
function readablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  return Array.from({ length: 4 }, () =>
    Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join(''),
  ).join('-')
}
