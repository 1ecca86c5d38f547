import type { App } from '#kernel/app.ts'
import { wrapNewKey } from '#kernel/crypto.ts'
import { act, systemPrincipal } from '#kernel/ctx.ts'
import { transaction } from '#kernel/db.ts'
import { newId } from '#kernel/ids.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { invalidField } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { insert } from '#kernel/store.ts'
import { startingRoles } from './grants.ts'
import { roles } from './identity.ts'

export type NewTenant = {
  name: string
  currency?: string
  time_zone?: string
  test_clock?: boolean
  clock_at?: Temporal.Instant
}

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** One more ISP in this installation, with everything each module says a new one starts with. Answers its id. */
export async function createTenant(app: App, kek: Buffer, wanted: NewTenant): Promise<string> {
  const { name, currency = 'EUR', time_zone = 'UTC', test_clock = false } = wanted
  if (!currencies.has(currency))
    throw invalidField('currency', 'not_a_currency', 'Currency must be an ISO 4217 code such as EUR.')
  if (!name.trim()) throw invalidField('name', 'required', 'A tenant needs a name.')
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(time_zone)
  } catch {
    throw invalidField(
      'time_zone',
      'not_a_time_zone',
      `“${time_zone}” is not a time zone such as Europe/Warsaw.`,
    )
  }
  const tenant_id = newId()
  const root_partner_id = newId()
  const clock_at = test_clock
    ? // wall clock: where a test clock starts, if nobody says.
      (wanted.clock_at ?? Temporal.Now.instant()).round({ smallestUnit: 'millisecond' })
    : null
  await transaction(app.pool, tenant_id, async (db) => {
    await db.run(
      sql`insert into tenants (id, name, currency, time_zone, test_clock, clock_at) values (${tenant_id}, ${name.trim()}, ${currency}, ${time_zone}, ${test_clock}, ${clock_at})`,
    )
    await db.run(
      sql`insert into tenant_keys (tenant_id, wrapped) values (${tenant_id}, ${wrapNewKey(kek, tenant_id)})`,
    )
    await db.run(
      sql`insert into partners (id, tenant_id, name) values (${root_partner_id}, ${tenant_id}, ${name.trim()})`,
    )
  })
  await act(app, systemPrincipal(app, tenant_id), {}, async (ctx) => {
    for (const [role, { description, grants }] of Object.entries(startingRoles)) {
      await insert(ctx, roles, { name: role, description, grants: new JsonValue(grants) })
    }
    for (const module of app.modules) await module.newTenant?.(ctx)
  })
  return tenant_id
}
