import type { Ctx } from './ctx.ts'
import { Refused } from './refused.ts'
import { inSentence, words, type Resource } from './resource.ts'

/**
 * role → (noun, action) → rows + readable and writable fields. A role is data: a list of grants. An actor's roles add up:
 * actions are united; a field is hidden only if every grant that gives the noun hides it; rows are seen if any grant shows them.
 */
export type Grant = {
  /** A noun's name or `*`. */
  noun: string
  /** `list get create update delete`, verbs, or `*`. */
  actions: readonly string[]
  hidden_fields?: readonly string[]
  readonly_fields?: readonly string[]
  /** Only rows that match this filter, in the list's own grammar: `{ "status": "active" }`. */
  rows?: Record<string, string>
}

export type Access = {
  can(noun: string, action: string): boolean
  hidden(noun: string): ReadonlySet<string>
  readonly(noun: string): ReadonlySet<string>
  /** Row filters of which any must hold; null when some grant shows every row. */
  rows(noun: string): readonly Record<string, string>[] | null
  /** The partner whose subtree the actor sees; null sees the whole tenant. */
  partner_id: string | null
  /** Set while the actor acts within a partner below its own (see acting.ts): its own. */
  own_partner_id?: string | null
}

export function accessOf(grants: readonly Grant[], partner_id: string | null): Access {
  const byNoun = new Map<string, NounAccess>()
  const of = (noun: string): NounAccess => {
    let access = byNoun.get(noun)
    if (!access)
      byNoun.set(
        noun,
        (access = nounAccess(grants.filter((grant) => grant.noun === noun || grant.noun === '*'))),
      )
    return access
  }
  return {
    can: (noun, action) => of(noun).actions.has('*') || of(noun).actions.has(action),
    hidden: (noun) => of(noun).hidden,
    readonly: (noun) => of(noun).readonly,
    rows: (noun) => of(noun).rows,
    partner_id,
  }
}

/** The product's own access: consequences of what somebody was allowed to do. */
export const everything: Access = accessOf([{ noun: '*', actions: ['*'] }], null)

export function mustBeAbleTo(ctx: Ctx, noun: Resource, action: string): void {
  if (ctx.access.can(noun.name, action)) return
  throw new Refused(
    403,
    'forbidden',
    `Your role does not allow “${words(action).toLowerCase()}” on ${inSentence(noun.label_plural)}. Ask an administrator for the permission ${noun.name}.${action}.`,
  )
}

/** For what shows these fields and cannot leave them out, as a document does. */
export function mustSee(ctx: Ctx, noun: Resource, names: readonly string[]): void {
  const hidden = names.find((name) => ctx.access.hidden(noun.name).has(name))
  if (hidden === undefined) return
  throw new Refused(
    403,
    'hidden_field',
    `This shows ${words(hidden).toLowerCase()} of ${inSentence(noun.label_plural)}, which your role does not see.`,
  )
}

/** Ids of the partners whose rows the actor sees; null when no limit applies. */
export function visiblePartners(ctx: Ctx): readonly string[] | null {
  if (ctx.access.partner_id === null || ctx.access.partner_id === ctx.tenant.root_partner_id) return null
  return ctx.tenant.subtrees.get(ctx.access.partner_id) ?? []
}

type NounAccess = {
  actions: Set<string>
  hidden: Set<string>
  readonly: Set<string>
  rows: readonly Record<string, string>[] | null
}

function nounAccess(grants: readonly Grant[]): NounAccess {
  const common = (field: 'hidden_fields' | 'readonly_fields') => {
    const [first, ...others] = grants.map((grant) => new Set(grant[field] ?? []))
    return new Set([...(first ?? [])].filter((name) => others.every((set) => set.has(name))))
  }
  return {
    actions: new Set(grants.flatMap((grant) => grant.actions)),
    hidden: common('hidden_fields'),
    readonly: common('readonly_fields'),
    rows: grants.some((grant) => !grant.rows) ? null : grants.map((grant) => grant.rows ?? {}),
  }
}
