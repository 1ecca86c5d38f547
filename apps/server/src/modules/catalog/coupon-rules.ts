import type { Coupon } from './coupons.ts'
import type { Reason } from './offer.ts'

/** Who redeems a coupon, when, for what. */
export type Redeemer = {
  date: string
  category: 'person' | 'company'
  label_ids: readonly string[]
  partners_above: readonly string[]
  /** Tariff of the service it is for; null: for all the customer has. */
  tariff_id: string | null
  /** How often this customer redeemed it before. */
  redeemed_before: number
}

type Rules = Pick<
  Coupon,
  | 'code'
  | 'status'
  | 'applies_to'
  | 'valid_from'
  | 'valid_to'
  | 'max_redemptions'
  | 'max_per_customer'
  | 'redeemed'
  | 'tariff_ids'
  | 'customer_category'
  | 'label_ids'
  | 'partner_ids'
>

/** Why a coupon may not be redeemed; undefined when it may. */
export function reasonAgainstRedeeming(coupon: Rules, by: Redeemer): Reason | undefined {
  const { code, tariff_ids } = coupon
  const refuse = (reason: string, sentence: string): Reason => ({ code: reason, sentence })
  if (coupon.status !== 'active') return refuse('coupon_retired', `The coupon ${code} is no longer given.`)
  if (coupon.valid_from && by.date < coupon.valid_from)
    return refuse('coupon_not_valid_yet', `The coupon ${code} is valid from ${coupon.valid_from} on.`)
  if (coupon.valid_to && by.date > coupon.valid_to)
    return refuse('coupon_expired', `The coupon ${code} was valid until ${coupon.valid_to}.`)
  if (coupon.max_redemptions !== null && coupon.redeemed >= coupon.max_redemptions)
    return refuse(
      'coupon_used_up',
      `The coupon ${code} was redeemed ${times(coupon.redeemed)}, as often as it may be.`,
    )
  if (coupon.max_per_customer !== null && by.redeemed_before >= coupon.max_per_customer)
    return refuse(
      'coupon_used_by_customer',
      `This customer redeemed the coupon ${code} ${times(by.redeemed_before)}, as often as one may.`,
    )
  if (coupon.customer_category !== 'any' && coupon.customer_category !== by.category)
    return refuse(
      'other_category',
      `The coupon ${code} is for ${coupon.customer_category === 'company' ? 'companies' : 'persons'} only.`,
    )
  if (unmet(coupon.label_ids, by.label_ids))
    return refuse('label_missing', `The customer has none of the labels that the coupon ${code} is for.`)
  if (unmet(coupon.partner_ids, by.partners_above))
    return refuse('other_partner', `The coupon ${code} is not for customers of this partner.`)
  if (tariff_ids.length > 0 && by.tariff_id === null)
    return refuse(
      'service_required',
      `The coupon ${code} is for some tariffs only; say for which service it is redeemed.`,
    )
  if (tariff_ids.length > 0 && !tariff_ids.includes(by.tariff_id ?? ''))
    return refuse('other_tariff', `The coupon ${code} is not for the tariff of this service.`)
  if (coupon.applies_to === 'invoice' && by.tariff_id !== null && tariff_ids.length === 0)
    return refuse(
      'for_whole_invoice',
      `The coupon ${code} is for the whole invoice; redeem it without a service.`,
    )
  return undefined
}

const times = (n: number): string => (n === 1 ? 'once' : `${n} times`)

const unmet = (wanted: readonly string[], had: readonly string[]): boolean =>
  wanted.length > 0 && !wanted.some((id) => had.includes(id))
