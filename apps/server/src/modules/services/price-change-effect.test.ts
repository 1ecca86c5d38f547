import { expect, test } from 'vitest'
import { effectOn, monthly, type Standing } from './price-change-effect.ts'

const yearly: Standing = {
  service_id: 's',
  customer_id: 'c',
  customer_name: 'Ada Lovelace',
  login: 'ada',
  status: 'active',
  quantity: 1,
  period_months: 12,
  price_is_custom: false,
  price_before: 30_000n,
  anchor: '2027-03-10',
  billing_day: 1,
  planned_until: null,
}
const version = {
  existing: 'next_period' as const,
  include_custom_prices: false,
}
const tariff = {
  sold_monthly: true,
  price: 3300n,
  price_3_months: null,
  price_6_months: null,
  price_12_months: 33_000n,
  price_24_months: null,
}

test('who pays by the year pays the new price when another year begins', () => {
  const effect = effectOn(yearly, version, tariff, '2027-05-01')!
  expect(effect).toMatchObject({ price_after: 33_000n, from: '2028-03-01', kept: null })
  expect(monthly(effect.price_after, effect) - monthly(effect.price_before, effect)).toBe(250n)
})

test('on the first day of a period that very period is the next one', () => {
  expect(effectOn(yearly, version, tariff, '2028-03-01', '2028-02-29')!.from).toBe('2028-03-01')
})

test('but not when it is said on that day only, since the period is paid for', () => {
  expect(effectOn(yearly, version, tariff, '2028-03-01', '2028-03-01')!.from).toBe('2029-03-01')
})

test('who has no price any more keeps the old one, and so does who agreed another', () => {
  expect(effectOn({ ...yearly, period_months: 3 }, version, tariff, '2027-05-01')).toMatchObject({
    kept: 'not_sold_for_period',
    from: null,
    price_after: 30_000n,
  })
  expect(effectOn({ ...yearly, price_is_custom: true }, version, tariff, '2027-05-01')).toMatchObject({
    kept: 'custom_price',
  })
})

test('a promotional price stays to its end', () => {
  const promotion = { ...yearly, period_months: 1, price_before: 1500n, planned_until: '2027-09-10' }
  expect(effectOn(promotion, { ...version, existing: 'date' }, tariff, '2027-05-01')).toMatchObject({
    price_after: 3300n,
    from: '2027-09-10',
  })
})

test('who pays the new price already is not touched', () => {
  expect(effectOn({ ...yearly, price_before: 33_000n }, version, tariff, '2027-05-01')).toBeUndefined()
})
