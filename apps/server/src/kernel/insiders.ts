import type { Ctx } from './ctx.ts'
import { causedBy, type Event } from './effects.ts'

/**
 * Somebody whose reaction belongs to the change itself: it runs before the commit, in the same transaction, so that both happen or
 * neither, and a rehearsal shows it. `inside('billing.reprice', ['service.tariff_changed'], async (ctx, event) => …)`
 */
export type Insider = {
  name: string
  types: readonly string[]
  react: (ctx: Ctx, event: Event) => Promise<void>
}

export const inside = (name: string, types: readonly string[], react: Insider['react']): Insider => ({
  name,
  types,
  react,
})

const longestChain = 16

/** Lets insiders react to what was recorded, and to what their reactions record, until nothing is new. */
export async function reactInside(ctx: Ctx): Promise<void> {
  const system = asSystem(ctx)
  const { effects } = ctx
  for (let round = 0; effects.reacted < effects.events.length; round++) {
    if (round === longestChain)
      throw new Error(`Reactions do not end: ${effects.events.map((event) => event.type).join(', ')}`)
    const fresh = effects.events.slice(effects.reacted)
    effects.reacted = effects.events.length
    for (const event of fresh) {
      for (const insider of ctx.app.insiders) {
        if (insider.types.includes(event.type))
          await insider.react({ ...system, cause: causedBy(event, ctx.cause) }, event)
      }
    }
  }
}

/** The same transaction, acted by the product itself because of what `ctx` did; nobody's permissions limit a consequence. */
export function asSystem(ctx: Ctx, name = 'ISP Framework'): Ctx {
  return { ...ctx, actor: { kind: 'system', id: null, name }, access: ctx.app.everything }
}
