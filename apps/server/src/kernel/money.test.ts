import fc from 'fast-check'
import { expect, test } from 'vitest'
import { currencyDigits, formatDecimal, parseDecimal, scale } from './money.ts'

test('decimal strings and minor units agree both ways, in 0, 2 and 3 digits', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
      fc.constantFrom(0, 2, 3),
      (units, digits) => {
        expect(parseDecimal(formatDecimal(units, digits), digits)).toBe(units)
      },
    ),
    { numRuns: 5000 },
  )
})

test('too many digits, signs and exponents are no money', () => {
  expect(parseDecimal('30.001', 2)).toBeUndefined()
  expect(parseDecimal('30.000', 2)).toBe(3000n)
  for (const text of ['', '-', '1e3', '1,5', ' 1', '+1', '0x10', '1.', '.5', '١', '1'.repeat(16)])
    expect(parseDecimal(text, 2)).toBeUndefined()
  expect(parseDecimal('5', currencyDigits('JPY'))).toBe(5n)
  expect(parseDecimal('5.5', currencyDigits('JPY'))).toBeUndefined()
  expect(parseDecimal('1.234', currencyDigits('KWD'))).toBe(1234n)
})

test('scaling rounds half away from zero', () => {
  expect(scale(5n, 1n, 2n)).toBe(3n)
  expect(scale(-5n, 1n, 2n)).toBe(-3n)
  expect(scale(20000n, 19n, 31n)).toBe(12258n)
})
