import type { Catalog } from './bill.ts'

const untaxed = new WeakMap<Catalog, Catalog>()

/** The catalogue as a customer buys from it: who is exempt pays the same prices without tax. */
export function catalogFor({ tax_exempt }: { tax_exempt: boolean }, catalog: Catalog): Catalog {
  if (!tax_exempt) return catalog
  let without = untaxed.get(catalog)
  if (!without) {
    without = new Map([...catalog].map(([id, tariff]) => [id, { ...tariff, tax_rate: 0n }]))
    untaxed.set(catalog, without)
  }
  return without
}
