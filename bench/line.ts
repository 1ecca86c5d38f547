import type { Bench } from './world.ts'

/**
 * One line of `npm run bench`. `reference` is a peer measured in the same minute on the same machine, or a fixed goal; `bound`
 * limits `ratio` = product / reference: from above, or with `at_least` from below.
 */
export type Line = {
  name: string
  unit: string
  bound: number
  at_least?: boolean
  /** Undefined when what it measures is not there (a module, a peer program); `bench.say` tells why. */
  measure(bench: Bench): Promise<Measured | undefined>
}

export type Measured = { product: number; reference: number; notes?: string[]; fails?: string }

export type Result = {
  name: string
  product: number
  reference: number
  unit: string
  ratio: number
  bound: number
  holds: boolean
}

export function judge(line: Line, { product, reference, fails }: Measured): Result {
  const ratio = product / reference
  const holds = !fails && (line.at_least ? ratio >= line.bound : ratio <= line.bound)
  const { name, unit, bound } = line
  return {
    name,
    product: rounded(product),
    reference: rounded(reference),
    unit,
    ratio: rounded(ratio),
    bound,
    holds,
  }
}

const rounded = (value: number): number => Number(value.toPrecision(4))

/**
 * Product and reference in turn, so that a noisy minute meets both; the best of each counts, since noise only adds. A round before
 * those that count warms caches and compilers, unless every round starts afresh anyway.
 */
export async function bestOf(
  rounds: number,
  sides: { product: () => Promise<number>; reference: () => Promise<number> },
  warm = true,
): Promise<{ product: number; reference: number; notes: string[] }> {
  if (warm) {
    await sides.product()
    await sides.reference()
  }
  const product: number[] = []
  const reference: number[] = []
  for (let round = 0; round < rounds; round++) {
    product.push(await sides.product())
    reference.push(await sides.reference())
  }
  const printed = (values: number[]) => values.map((value) => rounded(value)).join(' ')
  return {
    product: Math.min(...product),
    reference: Math.min(...reference),
    notes: [`product ${printed(product)} · reference ${printed(reference)}`],
  }
}
