import pg from 'pg'
import type { Ctx } from '#kernel/ctx.ts'
import { transaction } from '#kernel/db.ts'
import { flush, newEffects } from '#kernel/effects.ts'
import { Refused } from '#kernel/refused.ts'
import { raw, sql } from '#kernel/sql.ts'

const attempts = 3

/**
 * Changes tables as their owner: statements, metadata rows, audit and events in ONE transaction of the migrator's role, so that a
 * crash half-way leaves nothing. One change of a tenant at a time; whoever holds a table for longer than 2 s makes it wait and try
 * again, so that traffic never queues behind it for long. `work` gets a context that joins this transaction.
 */
export async function asOwner<T>(ctx: Ctx, work: (owner: Ctx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await transaction(ctx.app.migratorPool, ctx.tenant.id, async (db) => {
        await db.all(sql`
          select set_config('lock_timeout', '2s', true), set_config('statement_timeout', '30s', true),
            set_config('isp.app_role', ${ctx.app.pool.options.user ?? ''}, true)`)
        await db.all(sql`select pg_advisory_xact_lock(hashtextextended(${`entities:${ctx.tenant.id}`}, 0))`)
        const owner: Ctx = { ...ctx, db, effects: newEffects() }
        const answer = await work(owner)
        await flush(owner)
        return answer
      })
      ctx.app.wake()
      return result
    } catch (error) {
      const waited = error instanceof pg.DatabaseError && error.code === '55P03'
      if (!waited) throw error
      if (attempt === attempts)
        throw new Refused(
          503,
          'tables_busy',
          'Tables this needs are in use by long work at the moment. Nothing was changed; try again in a minute.',
          { headers: { 'retry-after': '60' } },
        )
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt))
    }
  }
}

export async function run(owner: Ctx, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await owner.db.all(raw(statement))
}
