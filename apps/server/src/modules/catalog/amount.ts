import { scale } from '#kernel/money.ts'

/** Something taken off: a percent (× 10^4: 10 % is 100000n) of what the ones before it left, or a fixed amount in minor units. */
export type Reduction = {
  label: string
  kind: 'percent' | 'fixed'
  percent: bigint | null
  amount: bigint | null
}

/** `parts` are what each reduction takes off, negative; one that finds nothing left is not among them. */
export type Amount = { amount: bigint; parts: { label: string; amount: bigint }[] }

/**
 * What is paid of a list price (minor units, for one unit and period) after reductions in their order: never below 0, and always the
 * list price times the quantity plus the parts. A percent is rounded half away from zero. A fixed reduction is of the whole line.
 */
export function amountOf(list_price: bigint, quantity: number, reductions: readonly Reduction[]): Amount {
  let amount = list_price * BigInt(quantity)
  const parts: Amount['parts'] = []
  for (const { label, kind, percent, amount: fixed } of reductions) {
    const wanted = kind === 'percent' ? scale(amount, percent ?? 0n, 1_000_000n) : (fixed ?? 0n)
    const off = wanted < amount ? wanted : amount
    if (off <= 0n) continue
    amount -= off
    parts.push({ label, amount: -off })
  }
  return { amount, parts }
}

/** Reductions as they count for a price of so many months: fixed ones are given for one month. */
export const forMonths = (reductions: readonly Reduction[], months: number): Reduction[] =>
  reductions.map((one) => (one.amount === null ? one : { ...one, amount: one.amount * BigInt(months) }))

/**
 * An amount shared out by weights, to the minor unit: the shares add up to it. With it a discount on a whole invoice is taken off lines
 * of different taxes. Weights are not negative; where all are 0 the last takes it all.
 */
export function sharedOut(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  let weighed = 0n
  let given = 0n
  return weights.map((weight, n) => {
    weighed += weight
    const due = total === 0n ? (n === weights.length - 1 ? amount : 0n) : scale(amount, weighed, total)
    const share = due - given
    given = due
    return share
  })
}
