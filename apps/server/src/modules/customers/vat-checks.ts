/**
 * Whether a VAT number's check digits are right, by country; the number is without prefix, in the form that `vat-numbers.ts` knows.
 * The rules are those that national tax offices publish, as gathered by the EU's VIES and by python-stdnum.
 */
export type Check = (number: string) => boolean

const digits = (text: string): number[] => [...text].map(Number)
const weighted = (text: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, n) => sum + weight * Number(text[n]), 0)
const last = (text: string, count = 1): number => Number(text.slice(-count))

/** ISO/IEC 7812: every second digit from the right is doubled. */
const luhn: Check = (number) =>
  digits(number)
    .reverse()
    .reduce((sum, digit, n) => sum + (n % 2 === 0 ? digit : crossSum(digit * 2)), 0) %
    10 ===
  0
const crossSum = (doubled: number): number => (doubled > 9 ? doubled - 9 : doubled)

/** ISO 7064, mod 11,10. */
const mod11_10: Check = (number) => {
  const product = digits(number.slice(0, -1)).reduce((carry, digit) => {
    const sum = (carry + digit) % 10 || 10
    return (2 * sum) % 11
  }, 10)
  return (11 - product) % 10 === last(number)
}

/** The last digit is the weighted sum's remainder by 11; `ten` is what stands where the remainder is 10. */
const sum11 =
  (weights: readonly number[], ten: number | null = null): Check =>
  (number) => {
    const rest = weighted(number, weights) % 11
    return (rest === 10 ? ten : rest) === last(number)
  }

/** The last digit is what is missing to a multiple of 11; 11 counts as 0, 10 as `ten`. */
const missing11 =
  (weights: readonly number[], ten: number | null = null, eleven: number | null = 0): Check =>
  (number) => {
    const missing = 11 - (weighted(number, weights) % 11)
    return (missing === 11 ? eleven : missing === 10 ? ten : missing) === last(number)
  }

const divides =
  (divisor: number, weights: readonly number[]): Check =>
  (number) =>
    weighted(number, weights) % divisor === 0

const descending = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, n) => from - n)

export const checks: Record<string, Check> = {
  AT: (number) => {
    const sum = digits(number.slice(1, 8)).reduce(
      (total, digit, n) => total + (n % 2 === 0 ? digit : crossSum(digit * 2)),
      0,
    )
    return (10 - ((sum + 4) % 10)) % 10 === last(number)
  },
  BE: (number) => 97 - (Number(number.slice(0, 8)) % 97) === last(number, 2),
  BG: (number) => {
    if (number.length === 10) return true
    const first = weighted(number, [1, 2, 3, 4, 5, 6, 7, 8]) % 11
    return first < 10 ? first === last(number) : sum11(descending(10, 3).reverse(), 0)(number)
  },
  CH: (number) => missing11([5, 4, 3, 2, 7, 6, 5, 4])(number.slice(1, 10)),
  CY: (number) => {
    const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]
    const sum = digits(number.slice(0, 8)).reduce(
      (total, digit, n) => total + (n % 2 === 0 ? odd[digit]! : digit),
      0,
    )
    return String.fromCharCode(65 + (sum % 26)) === number.at(-1)
  },
  // Nine and ten digits are personal numbers, whose rules changed in 1954.
  CZ: (number) => number.length !== 8 || missing11(descending(8, 2), 0, 1)(number),
  DE: mod11_10,
  DK: divides(11, [2, 7, 6, 5, 4, 3, 2, 1]),
  EE: divides(10, [3, 7, 1, 3, 7, 1, 3, 7, 1]),
  EL: sum11([256, 128, 64, 32, 16, 8, 4, 2], 0),
  ES: spanish,
  FI: missing11([7, 9, 10, 5, 8, 4, 2]),
  // Keys with letters follow rules of their own.
  FR: (number) => {
    const siren = number.slice(2)
    return !/^\d\d/.test(number) || Number(number.slice(0, 2)) === (12 + 3 * (Number(siren) % 97)) % 97
  },
  GB: british,
  HR: mod11_10,
  HU: divides(10, [9, 7, 3, 1, 9, 7, 3, 1]),
  IE: irish,
  IT: luhn,
  LT: (number) => {
    const cycle = (from: number) =>
      Array.from({ length: number.length - 1 }, (_, n) => ((from - 1 + n) % 9) + 1)
    const first = weighted(number, cycle(1)) % 11
    return first < 10 ? first === last(number) : sum11(cycle(3), 0)(number)
  },
  LU: (number) => Number(number.slice(0, 6)) % 89 === last(number, 2),
  // Up to 3 the first digit is that of a day of birth.
  LV: (number) => number < '4' || weighted(number, [9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 === 3,
  MT: (number) => 37 - (weighted(number, [3, 4, 6, 7, 8, 9]) % 37) === last(number, 2),
  NL: (number) => sum11(descending(9, 2))(number.slice(0, 9)) || remainder97(`NL${number}`) === 1,
  NO: (number) => missing11([3, 2, 7, 6, 5, 4, 3, 2])(number.slice(0, 9)),
  PL: sum11([6, 5, 7, 2, 3, 4, 5, 6, 7]),
  PT: missing11(descending(9, 2), 0),
  RO: (number) => {
    const padded = number.padStart(10, '0')
    return ((weighted(padded, [7, 5, 3, 2, 1, 7, 5, 3, 2]) * 10) % 11) % 10 === last(number)
  },
  SE: (number) => luhn(number.slice(0, 10)),
  SI: missing11(descending(8, 2), 0, null),
  SK: (number) => Number(number) % 11 === 0,
  XI: british,
}

/** ISO 7064, mod 97,10; letters count from 10 on. */
const remainder97 = (text: string): number =>
  Number(BigInt([...text].map((one) => Number.parseInt(one, 36)).join('')) % 97n)

function spanish(number: string): boolean {
  const letters = 'TRWAGMYFPDXBNJZSQVHLCKE'
  const person = /^([XYZKLM]?)(\d{7,8})([A-Z])$/.exec(number)
  if (person) {
    const [, lead = '', body = '', letter] = person
    const before = 'XYZ'.includes(lead) && lead ? String('XYZ'.indexOf(lead)) : ''
    return letters[Number(before + body) % 23] === letter
  }
  const sum = digits(number.slice(1, 8)).reduce(
    (total, digit, n) => total + (n % 2 === 0 ? crossSum(digit * 2) : digit),
    0,
  )
  const control = (10 - (sum % 10)) % 10
  const given = number.at(-1)!
  return given === String(control) || given === 'JABCDEFGHI'[control]
}

function british(number: string): boolean {
  if (/^(GD|HA)/.test(number)) return true
  const sum = weighted(number, descending(8, 2)) + Number(number.slice(7, 9))
  return sum % 97 === 0 || (sum + 55) % 97 === 0
}

function irish(number: string): boolean {
  const old = /^(\d)[A-Z+*](\d{5})([A-W])$/.exec(number)
  const modern = old ? `0${old[2]}${old[1]}${old[3]}` : number
  const second = modern[8] ? modern.charCodeAt(8) - 64 : 0
  const sum = weighted(modern, descending(8, 2)) + 9 * (second === 23 ? 0 : second)
  return 'WABCDEFGHIJKLMNOPQRSTUV'[sum % 23] === modern[7]
}
