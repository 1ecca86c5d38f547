import type { Ctx } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import { decoded } from '#kernel/input.ts'
import { asResource, type StoredRow } from '#kernel/store.ts'
import { customers } from '#modules/customers/index.ts'
import type { Known } from './known.ts'
import { mistakesOf, type Mistakes } from './mistakes.ts'
import { labelsIn, theOne } from './names.ts'
import type { Place, ReadyRow } from './ready.ts'

type Values = Record<string, unknown>
type Parent = { id: string; partner_id: string | null }

/** The customer's own fields as they are stored. `other` names what it belongs to; `body` is for the noun to judge. */
export async function customerOf(
  ctx: Ctx,
  row: { other: Values; body: Values; existing: StoredRow | undefined; parent: Parent | undefined },
  known: Known,
  mistakes: Mistakes,
): Promise<Values | undefined> {
  const { other, body, existing, parent } = row
  const partner_id =
    typeof other.partner === 'string'
      ? await mistakes.in(() => theOne(known.partners, String(other.partner), 'partner'))
      : undefined
  let label_ids: string[] | undefined
  for (const label of typeof other.labels === 'string' ? labelsIn(other.labels) : []) {
    const label_id = await mistakes.in(() => theOne(known.labels, label, 'labels'))
    if (label_id) label_ids = [...(label_ids ?? []), label_id]
  }
  const own = {
    ...saidIn(body, existing),
    ...(partner_id ? { partner_id } : {}),
  }
  const stored = await soundOf(ctx, own, existing ? 'update' : 'create', mistakes)
  if (!stored) return undefined
  const values = stored.values
  // Custom values that the file does not bring stay as they are.
  if (stored.custom) values.custom = existing ? withOld(existing, stored.custom) : stored.custom
  // Found by name among those the actor sees.
  if (label_ids) values.label_ids = [...new Set(label_ids)]
  if (parent) {
    values.parent_id = parent.id
    // An account is of its parent's partner where the file says nothing else.
    if (!existing && !partner_id && parent.partner_id) values.partner_id = parent.partner_id
  }
  return values
}

/** Where cells are wrong, what the others come to, so that they can be judged further. */
async function soundOf(ctx: Ctx, own: Values, mode: 'create' | 'update', mistakes: Mistakes) {
  const wrong = mistakesOf()
  const noun = asResource(customers)
  const stored = await wrong.in(() => decoded(ctx, noun, own, mode))
  if (stored) return stored
  const refusal = wrong.refusal()
  if (refusal) mistakes.note(refusal)
  const { custom: _own, ...fields } = own
  const sound = Object.entries(fields).filter(([field]) => !wrong.about(field))
  return mistakesOf().in(() => decoded(ctx, noun, { name: '?', ...Object.fromEntries(sound) }, mode))
}

/** An empty cell empties what the customer has, where that may be empty. */
function saidIn(body: Values, existing: StoredRow | undefined): Values {
  const own: Values = {}
  const custom: Values = {}
  for (const [field, value] of Object.entries(body)) {
    if (value === null && (!existing || field.startsWith('custom.') || !mayBeEmpty(field))) continue
    if (field.startsWith('custom.')) custom[field.slice(7)] = value
    else own[field] = value
  }
  return Object.keys(custom).length > 0 ? { ...own, custom } : own
}

export function parentOf(
  named: unknown,
  { parent_line }: Place,
  known: Known,
  ready: ReadonlyMap<string, ReadyRow>,
): Parent | undefined {
  if (typeof named !== 'string') return undefined
  const before = ready.get(named)
  if (before)
    return {
      id: before.customer_id,
      partner_id: (before.customer?.values.partner_id ?? before.customer?.existing?.partner_id ?? null) as
        | string
        | null,
    }
  const parent = known.parents.get(named)
  if (parent) return parent
  if (parent_line !== undefined)
    throw invalidField(
      'parent',
      'parent_refused',
      `Line ${parent_line}, which brings the parent “${named.slice(0, 60)}”, was refused.`,
    )
  throw invalidField(
    'parent',
    'no_such_customer',
    `There is no customer with the external id “${named.slice(0, 60)}”, in the file or here, to be the parent.`,
  )
}

const mayBeEmpty = (field: string) => asResource(customers).fields[field]?.nullable === true

function withOld(existing: StoredRow, custom: { value: unknown }): unknown {
  Object.assign(custom, { value: { ...(existing.custom as object), ...(custom.value as object) } })
  return custom
}
