import type { Environment } from '@marcbachmann/cel-js'
import { onDemand } from './on-demand.ts'
// Patterns of `matches` end, too.
import './patterns.ts'
import type { FieldKind } from './resource.ts'

/**
 * Expressions that people type, in CEL (cel.dev): they end, they reach nothing but what is given to them, and their types are checked
 * when they are declared. In scope: `value` (the field's own), `row` (the row as the API prints it, `row.custom` too), `today`
 * ("2026-11-23") and `days_between(from, to)`. Money and decimals are numbers with a point, dates are text and compare as such.
 */
export type Expression = (scope: Scope) => unknown
export type Scope = { value?: unknown; row: Record<string, unknown>; today: string }

/** An expression that cannot be used; the message says what is wrong with it. */
export class BadExpression extends Error {}

const longest = 1000
const mostKept = 2000

/** `value` has the kind's type; without a kind there is no value. Throws BadExpression. */
export function compileExpression(text: string, kind: FieldKind | undefined): Expression & { type: string } {
  const key = `${kind ?? ''} ${text}`
  let known = compiled.get(key)
  if (known) return known
  if (text.length > longest) throw new BadExpression(`An expression has at most ${longest} characters.`)
  const environment = environmentFor(kind)
  const checked = attempt(() => environment.check(text))
  if (!checked.valid) throw new BadExpression(firstLine(checked.error))
  const run = attempt(() => environment.parse(text))
  const expression = (scope: Scope) => run(prepared(scope, kind))
  known = Object.assign(expression, { type: String(checked.type) })
  if (compiled.size >= mostKept) compiled.clear()
  compiled.set(key, known)
  return known
}
const compiled = new Map<string, Expression & { type: string }>()

/** What an expression comes to; undefined where it cannot be said, such as of a value that is missing. */
export function evaluate(expression: Expression, scope: Scope): unknown {
  try {
    return printed(expression(scope))
  } catch {
    return undefined
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new BadExpression(firstLine(error))
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : 'The expression cannot be read.').split('\n')[0]!

const cel = onDemand<typeof import('@marcbachmann/cel-js')>('@marcbachmann/cel-js')
const environments = new Map<string, Environment>()

function environmentFor(kind: FieldKind | undefined): Environment {
  const type = kind && typeOf(kind)
  const known = environments.get(type ?? '')
  if (known) return known
  const environment = new (cel().Environment)({
    limits: { maxAstNodes: 300, maxDepth: 24, maxListElements: 100, maxMapEntries: 50, maxCallArguments: 10 },
  })
    .registerVariable('row', 'map')
    .registerVariable('today', 'string')
    .registerFunction('days_between(string, string): int', daysBetween)
  // CEL has no arithmetic of a whole number with one that has a point; people write `price * 2`.
  for (const [symbol, work] of Object.entries(arithmetic)) {
    environment.registerOperator(`double ${symbol} int`, (a: number, b: bigint) => work(a, Number(b)))
    environment.registerOperator(`int ${symbol} double`, (a: bigint, b: number) => work(Number(a), b))
  }
  if (type) environment.registerVariable('value', type)
  environments.set(type ?? '', environment)
  return environment
}

const arithmetic: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

function daysBetween(from: string, to: string): bigint {
  const day = (text: string) => Temporal.PlainDate.from(text.slice(0, 10))
  return BigInt(day(from).until(day(to), { largestUnit: 'days' }).days)
}

type CelType = 'string' | 'int' | 'double' | 'bool' | 'list' | 'map' | 'dyn'

function typeOf(kind: FieldKind): CelType {
  if (whole.has(kind)) return 'int'
  if (pointed.has(kind)) return 'double'
  if (lists.has(kind)) return 'list'
  if (kind === 'boolean') return 'bool'
  if (kind === 'geo_point') return 'map'
  return kind === 'json' || kind === 'formula' ? 'dyn' : 'string'
}
const whole = new Set<FieldKind>(['integer', 'bigint', 'bytes', 'kbps', 'rating'])
const pointed = new Set<FieldKind>(['money', 'decimal', 'percent'])
const lists = new Set<FieldKind>(['choices', 'emails', 'phones', 'urls', 'references', 'files'])

function prepared({ value, row, today }: Scope, kind: FieldKind | undefined): Record<string, unknown> {
  return { row: plainRow(row), today, ...(kind ? { value: given(value, kind) } : {}) }
}

/** The API prints a decimal as text, so that nothing is lost; to reckon with it, it is a number. */
function given(value: unknown, kind: FieldKind): unknown {
  if (whole.has(kind) && (typeof value === 'number' || typeof value === 'string')) return BigInt(value)
  if (pointed.has(kind) && typeof value === 'string') return Number(value)
  return anything(value)
}

/** JSON of any size would make a loop in an expression long; what is in a row is short. */
function plainRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name === 'custom' && typeof value === 'object' && value !== null
        ? plainRow(value as Record<string, unknown>)
        : anything(value),
    ]),
  )
}

const decimalText = /^-?\d{1,15}(\.\d{1,6})$/

function anything(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value === 'string') return decimalText.test(value) ? Number(value) : value
  if (Array.isArray(value)) return value.length > 100 ? null : value.map(anything)
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    return entries.length > 20 ? null : Object.fromEntries(entries.map(([k, v]) => [k, anything(v)]))
  }
  return value ?? null
}

/** As JSON can say it. */
function printed(value: unknown): unknown {
  if (typeof value === 'bigint')
    return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? Number(value.toFixed(6)) : undefined
  if (typeof value === 'string') return value.slice(0, 1000)
  return typeof value === 'boolean' || value === null ? value : undefined
}
