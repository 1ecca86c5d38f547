import type { Ctx } from './ctx.ts'

/** What the modules say of a rehearsal beside its result: `{money: …}`. */
export async function rehearsed(ctx: Ctx): Promise<Record<string, unknown>> {
  const told: Record<string, unknown> = {}
  for (const module of ctx.app.modules) Object.assign(told, await module.rehearsed?.(ctx))
  return told
}

/** A row as it would stand, with what the modules say. */
export async function withRehearsed(ctx: Ctx, result: unknown): Promise<unknown> {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return result
  return { ...result, ...(await rehearsed(ctx)) }
}
