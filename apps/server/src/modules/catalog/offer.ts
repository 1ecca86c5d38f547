import { liesIn, type Location, type Place } from './locations.ts'
import type { Tariff } from './tariffs.ts'

/** Who wants it and where, as far as it is known. */
export type Asked = {
  /** Day of the sale, in the ISP's time zone. */
  date: string
  customer?:
    | { category: 'person' | 'company'; label_ids: readonly string[]; partners_above: readonly string[] }
    | undefined
  place?: Place | undefined
}

export type Reason = { code: string; sentence: string }

type Offered = Pick<
  Tariff,
  | 'title'
  | 'status'
  | 'offered_from'
  | 'offered_to'
  | 'customer_category'
  | 'label_ids'
  | 'partner_ids'
  | 'location_ids'
>

/** Every reason why a tariff is not offered; none when it is. What is not known of who asks refuses nothing, except the place. */
export function reasonsAgainst(
  tariff: Offered,
  asked: Asked,
  locations: ReadonlyMap<string, Location>,
): Reason[] {
  const reasons: Reason[] = []
  const refuse = (code: string, sentence: string) => reasons.push({ code, sentence })
  const { title } = tariff
  if (tariff.status !== 'active')
    refuse('tariff_not_active', `The tariff ${title} is ${tariff.status} and cannot be sold.`)
  if (tariff.offered_from && asked.date < tariff.offered_from)
    refuse('not_offered_yet', `The tariff ${title} is offered from ${tariff.offered_from} on.`)
  if (tariff.offered_to && asked.date > tariff.offered_to)
    refuse('no_longer_offered', `The tariff ${title} was offered until ${tariff.offered_to}.`)
  const { customer } = asked
  if (customer) {
    if (tariff.customer_category !== 'any' && tariff.customer_category !== customer.category)
      refuse(
        'other_category',
        `The tariff ${title} is for ${tariff.customer_category === 'company' ? 'companies' : 'persons'} only.`,
      )
    if (unmet(tariff.label_ids, customer.label_ids))
      refuse('label_missing', `The customer has none of the labels that the tariff ${title} is for.`)
    if (unmet(tariff.partner_ids, customer.partners_above))
      refuse('other_partner', `The customer’s partner does not sell the tariff ${title}.`)
  }
  if (tariff.location_ids.length > 0) {
    const areas = tariff.location_ids.flatMap((id) => locations.get(id) ?? [])
    const { place } = asked
    if (!place || (!place.city && !place.postal_code))
      refuse('place_unknown', `The tariff ${title} is sold in some places only; the address is not known.`)
    else if (!areas.some((area) => liesIn(place, area)))
      refuse(
        'other_location',
        areas.length > 0
          ? `The tariff ${title} is not sold at this address; it is in ${areas.map((area) => area.name).join(', ')}.`
          : `The tariff ${title} is not sold anywhere: its locations were removed.`,
      )
  }
  return reasons
}

/** Why a service may not move from one tariff to another of its kind, apart from what keeps the other from being sold. */
export function reasonAgainstChange(
  from: Pick<Tariff, 'id' | 'title' | 'service_type' | 'allowed_changes'>,
  to: Pick<Tariff, 'id' | 'title' | 'service_type'>,
): Reason | undefined {
  if (from.id === to.id) return undefined
  if (from.service_type !== to.service_type)
    return {
      code: 'other_service_type',
      sentence: `${to.title} is a tariff for ${to.service_type} services; this is an ${from.service_type} service.`,
    }
  if (from.allowed_changes.length > 0 && !from.allowed_changes.includes(to.id))
    return {
      code: 'change_not_allowed',
      sentence: `The tariff ${from.title} may not change into ${to.title}.`,
    }
  return undefined
}

const unmet = (wanted: readonly string[], had: readonly string[]): boolean =>
  wanted.length > 0 && !wanted.some((id) => had.includes(id))
