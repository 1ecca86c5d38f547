import { createHash } from 'node:crypto'
import { actingPartnerOf } from './acting.ts'
import type { Ctx } from './ctx.ts'
import { Refused } from './refused.ts'
import { sql } from './sql.ts'

export type Answer = { status: number; body: unknown }

/** What a key stands for: the same key with another request is refused. */
export type Keyed = { method: string; path: string; body: unknown }

/**
 * `Idempotency-Key`: the key is claimed in the transaction of the change, so key and effect commit together. A second request waits
 * on the first one's row and then gets its answer again; the same key with another body is refused. Refusals are not kept: nothing
 * happened, so the client may correct and repeat. Keys live at least 24 hours.
 */
export async function once(
  ctx: Ctx,
  key: string,
  request: Keyed,
  work: () => Promise<Answer>,
): Promise<Answer & { replayed: boolean }> {
  const earlier = await claim(ctx, key, request)
  if (earlier) return { status: earlier.status ?? 200, body: earlier.body, replayed: true }
  const answer = await work()
  await settle(ctx, key, answer)
  return { ...answer, replayed: false }
}

/** Only what a client may send; keys of our own (a bulk's rows) hold a space and so meet none of theirs. */
export function mustBeKey(key: string): void {
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Refused(
      400,
      'bad_idempotency_key',
      'An Idempotency-Key is 1 to 255 visible ASCII characters, a UUID for instance.',
    )
  }
}

/** Takes a key for this transaction; what an earlier request with it left behind otherwise (`status` null: it has begun). */
export async function claim(
  ctx: Ctx,
  key: string,
  request: Keyed,
): Promise<{ status: number | null; body: unknown } | undefined> {
  const acting = actingPartnerOf(ctx.access)
  const hash = createHash('sha256')
    .update(
      JSON.stringify([
        request.method,
        request.path,
        request.body,
        ctx.actor.id,
        ...(acting === null ? [] : [acting]),
      ]),
    )
    .digest()
  const claimed = await ctx.db.run(sql`
    insert into idempotency_keys (tenant_id, key, actor_id, request_hash)
    values (${ctx.tenant.id}, ${key}, ${ctx.actor.id}::uuid, ${hash})
    on conflict (tenant_id, key) do nothing`)
  if (claimed === 1) return undefined
  const earlier = await ctx.db.one(sql<{
    request_hash: Buffer
    status: number | null
    response: unknown
  }>`
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

/** Keeps what a key's request came to. */
export const settle = (ctx: Ctx, key: string, answer: { status: number | null; body: unknown }) =>
  ctx.db.run(sql`
    update idempotency_keys set status = ${answer.status}, response = ${JSON.stringify(answer.body ?? null)}::jsonb
    where key = ${key}`)

export const forgetOldKeys = (ctx: Ctx) =>
  ctx.db.run(sql`delete from idempotency_keys where created_at < now() - interval '48 hours'`)
