/** A rational number, so that a price divided by twelve and multiplied again is the price. */
export type Rational = { over: bigint; under: bigint }
export type Formula = (values: Readonly<Record<string, Rational>>) => Rational

/** What is wrong with a formula, as a sentence for whoever wrote it. */
export class FormulaMistake extends Error {}

const deepest = 20

/**
 * Reads a formula of numbers, names, `+ - * /`, brackets, `min(a, b)` and `max(a, b)`: `20 + remaining_months * price * 0.5`. Division
 * by nothing is nothing. Throws a FormulaMistake, also for a name that is not among `names`.
 */
export function readFormula(text: string, names: readonly string[]): Formula {
  const tokens = tokensOf(text)
  let at = 0
  const take = (...wanted: string[]): string | undefined => {
    const token = tokens[at]
    return token !== undefined && wanted.includes(token) ? tokens[at++] : undefined
  }
  const must = (wanted: string) => {
    if (!take(wanted))
      throw new FormulaMistake(
        at < tokens.length
          ? `“${tokens[at]}” stands where ${wanted} should.`
          : `${wanted} is missing at the end.`,
      )
  }
  const chain = (depth: number, operators: string[], operand: (depth: number) => Formula): Formula => {
    let left = operand(depth)
    for (let operator = take(...operators); operator; operator = take(...operators)) {
      const [a, b, combine] = [left, operand(depth), combinations[operator]!]
      left = (values) => combine(a(values), b(values))
    }
    return left
  }
  const sum = (depth: number): Formula => {
    if (depth > deepest) throw new FormulaMistake('The brackets are nested too deep.')
    return chain(depth, ['+', '-'], product)
  }
  const product = (depth: number): Formula => chain(depth, ['*', '/'], factor)
  const factor = (depth: number): Formula => {
    if (take('-')) {
      const of = factor(depth + 1)
      return (values) => combinations['-']!(whole(0n), of(values))
    }
    if (take('(')) {
      const inside = sum(depth + 1)
      must(')')
      return inside
    }
    const choice = take('min', 'max')
    if (choice) {
      must('(')
      const a = sum(depth + 1)
      must(',')
      const b = sum(depth + 1)
      must(')')
      return (values) => combinations[choice]!(a(values), b(values))
    }
    const token = tokens[at++]
    if (token === undefined) throw new FormulaMistake('Something is missing at the end.')
    if (/^\d/.test(token)) {
      const number = numberOf(token)
      return () => number
    }
    if (!/^[a-z_]/.test(token)) throw new FormulaMistake(`“${token}” stands where a number should.`)
    if (!names.includes(token))
      throw new FormulaMistake(`“${token}” is unknown; a formula knows ${names.join(', ')}.`)
    return (values) => values[token] ?? whole(0n)
  }
  const formula = sum(0)
  if (at < tokens.length) throw new FormulaMistake(`“${tokens[at]}” is too much.`)
  return formula
}

export const whole = (over: bigint): Rational => ({ over, under: 1n })

const combinations: Record<string, (a: Rational, b: Rational) => Rational> = {
  '+': (a, b) => ({ over: a.over * b.under + b.over * a.under, under: a.under * b.under }),
  '-': (a, b) => ({ over: a.over * b.under - b.over * a.under, under: a.under * b.under }),
  '*': (a, b) => ({ over: a.over * b.over, under: a.under * b.under }),
  '/': (a, b) =>
    b.over === 0n
      ? whole(0n)
      : {
          over: a.over * b.under * (b.over < 0n ? -1n : 1n),
          under: a.under * (b.over < 0n ? -b.over : b.over),
        },
  min: (a, b) => (a.over * b.under <= b.over * a.under ? a : b),
  max: (a, b) => (a.over * b.under >= b.over * a.under ? a : b),
}

const token = /\s*(\d{1,15}(?:\.\d{1,6})?(?![\w.])|[a-z_]+|[-+*/(),])/y

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  token.lastIndex = 0
  let end = 0
  for (let found = token.exec(text); found; found = token.exec(text)) {
    tokens.push(found[1]!)
    end = token.lastIndex
  }
  const rest = text.slice(end).trim()
  if (rest) throw new FormulaMistake(`“${rest.slice(0, 20)}” is not understood.`)
  return tokens
}

function numberOf(text: string): Rational {
  const [digits = '0', fraction = ''] = text.split('.')
  return { over: BigInt(digits + fraction), under: 10n ** BigInt(fraction.length) }
}
