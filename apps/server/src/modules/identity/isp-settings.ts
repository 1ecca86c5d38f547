import { printNumber } from '#kernel/numbers.ts'
import { invalidField } from '#kernel/refused.ts'

/** ISO 3166-1 alpha-2, in capitals. */
export function countryOf(text: string): string {
  const country = text.trim().toUpperCase()
  if (!/^[A-Z]{2}$/.test(country))
    throw invalidField('country', 'not_a_country', 'A country is two letters, such as PL.')
  return country
}

/** ISO 13616: without spaces, its check digits right. */
export function ibanOf(text: string): string {
  const iban = text.replaceAll(/\s/g, '').toUpperCase()
  const digits = [...iban.slice(4), ...iban.slice(0, 4)].map((sign) => Number.parseInt(sign, 36)).join('')
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{8,30}$/.test(iban) || BigInt(digits) % 97n !== 1n)
    throw invalidField(
      'iban',
      'not_an_iban',
      `“${text}” is not an IBAN: its check digits or its form are wrong.`,
    )
  return iban
}

/** One running number at the end, so that the numbers of a series are told apart and in order, and nothing that would be printed as it is. */
export function checkPattern(pattern: string): void {
  const known = printNumber(pattern, 1n, Temporal.PlainDate.from('2000-01-01'))
  if (/[{}]/.test(known))
    throw invalidField(
      'pattern',
      'unknown_variable',
      'A pattern knows {next}, {year}, {month} and {day}, and |6 in one of them for six digits.',
    )
  if (!/\{next(\|\d{1,2})?\}$/.test(pattern) || pattern.match(/\{next/g)?.length !== 1)
    throw invalidField('pattern', 'no_number', 'A pattern ends with {next}, the running number.')
}
