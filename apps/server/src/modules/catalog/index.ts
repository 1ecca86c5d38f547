export { amountOf, forMonths, sharedOut, type Amount, type Reduction } from './amount.ts'
export { bundleItems, itemsOf, type BundleItem } from './bundle-items.ts'
export { contractFields, contractMistakes } from './contract-terms.ts'
export {
  contractEnd,
  earliestEnd,
  earlyTerminationFee,
  termOf,
  type Contract,
  type EarlyFee,
  type Term,
} from './contract.ts'
export { reasonAgainstRedeeming } from './coupon-rules.ts'
export { codeOf, coupons, type Coupon } from './coupons.ts'
export { mustBeAllowedChange, mustBeOffered } from './offered.ts'
export { checkTariff } from './kinds-of-tariff.ts'
export { listPrice, periodsSold, periods_months, priceFieldOf, type PeriodMonths } from './prices.ts'
export { phasesFrom, type LaidPhase } from './phases.ts'
export { reducedDays, type DatedReduction, type ReducedDays } from './reduced.ts'
export { checkReduction, reductionFields } from './reduction-fields.ts'
export {
  sharedRate_kbps,
  shapingAt,
  shapingFields,
  type Rates,
  type Shaping,
  type ShapingTerms,
} from './shaping.ts'
export { partnersAbove } from './sight.ts'
export { phasesOf, phasesOfTariffs, tariffPhases, type TariffPhase } from './tariff-phases.ts'
export { serviceTypes, tariffs, tariffToChange, type ServiceType, type Tariff } from './tariffs.ts'
export { revenueCategories, taxes } from './taxes.ts'
export { tariffOfVersion } from './version-history.ts'
export { tariffVersions, type TariffVersion } from './versions.ts'
