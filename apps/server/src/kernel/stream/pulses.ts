import type { App } from '../app.ts'
import { act, systemPrincipal } from '../ctx.ts'
import { id, join, sql } from '../sql.ts'

/** What a tenant's rows looked like when last asked: noun → its pulse, and the version of everybody's permissions. */
export type Pulses = { access_version: bigint; of: ReadonlyMap<string, string | null> }

/** Asks all pulses of a tenant in one statement. See `Resource.pulse`. */
export async function pulsesOf(app: App, tenant_id: string): Promise<Pulses> {
  return act(app, systemPrincipal(app, tenant_id), {}, async (ctx) => {
    const live = app.nouns.builtIn.filter((noun) => noun.pulse)
    const columns = live.map(({ name, pulse }) => sql`(${pulse!})::text as ${id(name)}`)
    const values: Record<string, unknown> =
      live.length > 0 ? await ctx.db.one(sql`select ${join(columns)}`) : {}
    return {
      access_version: ctx.tenant.access_version,
      of: new Map(live.map(({ name }) => [name, (values[name] as string | null) ?? null])),
    }
  })
}

/** Nouns whose rows moved between two looks. */
export const moved = (before: Pulses | undefined, now: Pulses): string[] =>
  before ? [...now.of].filter(([noun, value]) => before.of.get(noun) !== value).map(([noun]) => noun) : []
