export { mustBeAllowedChange, mustBeOffered } from './offered.ts'
export { listPrice, periodsSold, periods_months, type PeriodMonths } from './prices.ts'
export {
  sharedRate_kbps,
  shapingAt,
  shapingFields,
  type Rates,
  type Shaping,
  type ShapingTerms,
} from './shaping.ts'
export { serviceTypes, tariffs, type ServiceType, type Tariff } from './tariffs.ts'
export { taxes } from './taxes.ts'
