import { createHash } from 'node:crypto'
import type { Ctx } from './ctx.ts'
import { Refused } from './refused.ts'
import { sql } from './sql.ts'

export type Answer = { status: number; body: unknown }

/**
 * `Idempotency-Key`: the key is claimed in the transaction of the change, so key and effect commit together. A second request waits
 * on the first one's row and then gets its answer again; the same key with another body is refused. Refusals are not kept: nothing
 * happened, so the client may correct and repeat. Keys live at least 24 hours.
 */
export async function once(
  ctx: Ctx,
  key: string,
  request: { method: string; path: string; body: unknown },
  work: () => Promise<Answer>,
): Promise<Answer & { replayed: boolean }> {
  if (key.length < 1 || key.length > 255 || !/^[\x21-\x7e]+$/.test(key)) {
    throw new Refused(
      400,
      'bad_idempotency_key',
      'An Idempotency-Key is 1 to 255 visible ASCII characters, a UUID for instance.',
    )
  }
  const hash = createHash('sha256')
    .update(JSON.stringify([request.method, request.path, request.body, ctx.actor.id]))
    .digest()
  const claimed = await ctx.db.run(sql`
    insert into idempotency_keys (tenant_id, key, actor_id, request_hash)
    values (${ctx.tenant.id}, ${key}, ${ctx.actor.id}::uuid, ${hash})
    on conflict (tenant_id, key) do nothing`)
  if (claimed === 0) return { ...(await earlierAnswer(ctx, key, hash)), replayed: true }
  const answer = await work()
  await ctx.db.run(sql`
    update idempotency_keys set status = ${answer.status}, response = ${JSON.stringify(answer.body ?? null)}::jsonb
    where key = ${key}`)
  return { ...answer, replayed: false }
}

async function earlierAnswer(ctx: Ctx, key: string, hash: Buffer): Promise<Answer> {
  const earlier = await ctx.db.one(sql<{ request_hash: Buffer; status: number; response: unknown }>`
    select request_hash, status, response from idempotency_keys where key = ${key}`)
  if (!earlier.request_hash.equals(hash)) {
    throw new Refused(
      422,
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request. Use a new key for a new request.',
    )
  }
  return { status: earlier.status, body: earlier.response }
}

export const forgetOldKeys = (ctx: Ctx) =>
  ctx.db.run(sql`delete from idempotency_keys where created_at < now() - interval '48 hours'`)
