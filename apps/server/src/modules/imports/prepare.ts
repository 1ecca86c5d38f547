import type { Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { decodeBody } from '#kernel/shape.ts'
import { customerOf, parentOf } from './customer-of-row.ts'
import type { Known } from './known.ts'
import { mistakesOf, type Mistakes } from './mistakes.ts'
import { openingOf } from './opening-of-row.ts'
import type { AddressOfRow, ContactOfRow, Place, ReadyRow } from './ready.ts'
import type { ReadRow } from './row.ts'
import { discountOf, serviceOf } from './service-of-row.ts'
import { addressTargets, otherTargets, serviceCustom } from './targets.ts'

type Values = Record<string, unknown>

/**
 * Judges a row completely and names every mistake of it, beside what is sound in it. `ready` are the rows of this chunk before it, by
 * external id.
 */
export async function prepare(
  ctx: Ctx,
  row: ReadRow,
  place: Place,
  known: Known,
  ready: ReadonlyMap<string, ReadyRow>,
): Promise<{ ready: ReadyRow; refusal: Refused | undefined }> {
  // With a cell too few, nobody knows which of them is which.
  if (row.wrong) throw row.wrong
  const { other, body, service: own } = split(row.values)
  const mistakes = mistakesOf(place.refused)
  const external_id = typeof row.values.external_id === 'string' ? row.values.external_id : null
  const held = external_id === null ? undefined : known.customers.get(external_id)
  if (held === 'unseen')
    throw new Refused(
      409,
      'already_exists',
      'A customer with this external id exists, and you may not see it.',
    )
  const existing = held
  const before = external_id === null ? undefined : ready.get(external_id)
  if (place.first?.differs) mistakes.note(place.first.differs)
  else if (place.first && !existing && !before)
    mistakes.note(
      new Refused(
        409,
        'customer_refused',
        `Line ${place.first.line}, which brings this customer, was refused.`,
      ),
    )
  const input = await inputOf(ctx, other, mistakes)
  const parent =
    place.first || mistakes.about('parent')
      ? undefined
      : await mistakes.in(() => parentOf(other.parent, place, known, ready))
  const customer = place.first
    ? undefined
    : await customerOf(ctx, { other, body, existing, parent }, known, mistakes)
  const service = await serviceOf(ctx, input, own, known, mistakes)
  const address = await mistakes.in(() => addressOf(input, row.values, mistakes))
  const discount = place.first
    ? undefined
    : await mistakes.in(() => discountOf(ctx, input, 'invoice_discount'))
  const opening = place.first ? undefined : await mistakes.in(() => openingOf(ctx, input))
  const customer_id = existing?.id ?? before?.customer_id ?? newId()
  const isNew =
    service && !mistakes.about('login', 'service_external_id')
      ? await mistakes.in(() => !known.services.has(customer_id, service, place.alike_before))
      : false
  const given =
    discount && existing ? await mistakes.in(() => !known.discounts.has(customer_id, discount)) : true
  const posted = opening ? await mistakes.in(() => known.openings.settled(customer_id, opening)) : true
  const sound: ReadyRow = {
    index: row.index,
    external_id,
    customer_id,
    ...(customer ? { customer: { values: customer, existing } } : {}),
    parent_id: parent?.id ?? null,
    status: existing || place.first ? null : ((input.status as string | undefined) ?? null),
    address,
    contact: contactOf(input, String(row.values.name ?? existing?.name ?? 'Contact')),
    service: isNew ? service : undefined,
    discount: given ? discount : undefined,
    opening: posted === false ? opening : undefined,
  }
  return { ready: sound, refusal: mistakes.refusal() }
}

/** An empty cell says nothing here; whether it empties what the customer has is decided where it is known. */
function split(values: Values): { other: Values; body: Values; service: Values } {
  const parts: { other: Values; body: Values; service: Values } = { other: {}, body: {}, service: {} }
  for (const [field, value] of Object.entries(values)) {
    if (field.startsWith(serviceCustom)) {
      if (value !== null) parts.service[field.slice(serviceCustom.length)] = value
    } else if (!Object.hasOwn(otherTargets, field)) parts.body[field] = value
    else if (value !== null) parts.other[field] = value
  }
  return parts
}

/** What is wrong in one cell keeps none of the others from being judged. */
async function inputOf(ctx: Ctx, other: Values, mistakes: Mistakes): Promise<Values> {
  const whole = mistakesOf()
  const input = await whole.in(() => decodeBody(ctx, otherTargets, other, 'input'))
  if (input) return input
  const sound: Values = {}
  for (const [field, value] of Object.entries(other))
    Object.assign(
      sound,
      await mistakes.in(() =>
        decodeBody(
          ctx,
          { [field]: otherTargets[field as keyof typeof otherTargets] },
          { [field]: value },
          'input',
        ),
      ),
    )
  return sound
}

/** A position without a street is that of the address on the customer. */
function addressOf(input: Values, values: Values, mistakes: Mistakes): AddressOfRow | undefined {
  if (input.gps)
    mistakes.note(
      invalidField('gps', 'not_a_position', 'The position must be two numbers such as 50.0614,19.9366.'),
    )
  const brought = Object.keys(addressTargets).some((field) => field !== 'gps' && input[field] !== undefined)
  if (!brought || mistakes.about('service_street')) return undefined
  const of = (field: string, instead: string) => {
    const said = input[field] ?? (input.service_street === undefined ? values[instead] : null)
    return typeof said === 'string' ? said : null
  }
  const street = of('service_street', 'street')
  if (!street)
    throw invalidField(
      'service_street',
      'required',
      'A service address needs its street, or what the place is called.',
    )
  return {
    street,
    unit: of('service_unit', ''),
    city: of('service_city', 'city'),
    postal_code: of('service_postal_code', 'postal_code'),
    country: of('service_country', 'country'),
    latitude: input.latitude ?? null,
    longitude: input.longitude ?? null,
  }
}

function contactOf(input: Values, name: string): ContactOfRow | undefined {
  const { contact_name, contact_email = null, contact_phone = null, contact_role = null } = input
  if (!contact_name && !contact_email && !contact_phone) return undefined
  return {
    name: typeof contact_name === 'string' ? contact_name : name.slice(0, 200),
    email: contact_email as string | null,
    phone: contact_phone as string | null,
    role: contact_role as string | null,
  }
}
