import { checks } from './vat-checks.ts'

/** How a VAT number looks in each country of the EU, and in its neighbours; after the prefix, without spaces and points. */
const forms: Record<string, { country: string; form: RegExp; example: string }> = {
  AT: { country: 'Austria', form: /^U\d{8}$/, example: 'ATU13585627' },
  BE: { country: 'Belgium', form: /^[01]\d{9}$/, example: 'BE0403019261' },
  BG: { country: 'Bulgaria', form: /^\d{9,10}$/, example: 'BG175074752' },
  CH: { country: 'Switzerland', form: /^E\d{9}(MWST|TVA|IVA)?$/, example: 'CHE107787577MWST' },
  CY: { country: 'Cyprus', form: /^\d{8}[A-Z]$/, example: 'CY10259033P' },
  CZ: { country: 'Czechia', form: /^\d{8,10}$/, example: 'CZ25123891' },
  DE: { country: 'Germany', form: /^[1-9]\d{8}$/, example: 'DE136695976' },
  DK: { country: 'Denmark', form: /^[1-9]\d{7}$/, example: 'DK13585628' },
  EE: { country: 'Estonia', form: /^\d{9}$/, example: 'EE100931558' },
  EL: { country: 'Greece', form: /^\d{9}$/, example: 'EL094259216' },
  ES: {
    country: 'Spain',
    form: /^(\d{8}[A-Z]|[KLMXYZ]\d{7}[A-Z]|[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J])$/,
    example: 'ESB58378431',
  },
  FI: { country: 'Finland', form: /^\d{8}$/, example: 'FI20774740' },
  FR: { country: 'France', form: /^[0-9A-HJ-NP-Z]{2}\d{9}$/, example: 'FR40303265045' },
  GB: {
    country: 'the United Kingdom',
    form: /^(\d{9}|\d{12}|GD[0-4]\d\d|HA[5-9]\d\d)$/,
    example: 'GB980780684',
  },
  HR: { country: 'Croatia', form: /^\d{11}$/, example: 'HR33392005961' },
  HU: { country: 'Hungary', form: /^\d{8}$/, example: 'HU12892312' },
  IE: { country: 'Ireland', form: /^(\d{7}[A-W][A-IW]?|\d[A-Z+*]\d{5}[A-W])$/, example: 'IE6388047V' },
  IT: { country: 'Italy', form: /^\d{11}$/, example: 'IT00743110157' },
  LT: { country: 'Lithuania', form: /^(\d{7}1\d|\d{10}1\d)$/, example: 'LT119511515' },
  LU: { country: 'Luxembourg', form: /^\d{8}$/, example: 'LU15027442' },
  LV: { country: 'Latvia', form: /^\d{11}$/, example: 'LV40003521600' },
  MT: { country: 'Malta', form: /^[1-9]\d{7}$/, example: 'MT11679112' },
  NL: { country: 'the Netherlands', form: /^\d{9}B\d\d$/, example: 'NL004495445B01' },
  NO: { country: 'Norway', form: /^[89]\d{8}(MVA)?$/, example: 'NO995525828MVA' },
  PL: { country: 'Poland', form: /^\d{10}$/, example: 'PL8567346215' },
  PT: { country: 'Portugal', form: /^[1-9]\d{8}$/, example: 'PT501964843' },
  RO: { country: 'Romania', form: /^[1-9]\d{1,9}$/, example: 'RO18547290' },
  SE: { country: 'Sweden', form: /^\d{10}(0[1-9]|[1-8]\d|9[0-4])$/, example: 'SE123456789701' },
  SI: { country: 'Slovenia', form: /^[1-9]\d{7}$/, example: 'SI50223054' },
  SK: { country: 'Slovakia', form: /^[1-9]\d[2-47-9]\d{7}$/, example: 'SK2022749619' },
  XI: {
    country: 'Northern Ireland',
    form: /^(\d{9}|\d{12}|GD[0-4]\d\d|HA[5-9]\d\d)$/,
    example: 'XI980780684',
  },
}

export const vatCountries: readonly string[] = Object.keys(forms)

/** Of countries that are not listed nothing is known; their numbers are taken as they are. */
export type Verdict = { number: string } | { problem: 'form' | 'check'; sentence: string }

/**
 * A VAT number as it is kept: capitals without spaces, points and dashes. It is judged by its own prefix, or by the customer's country
 * where it bears none; a number of which neither says the country is kept as it was given.
 */
export function judgeVatNumber(given: string, country: string | null): Verdict {
  const compact = given.toUpperCase().replace(/[\s.\-/]/g, '')
  const home = country === 'GR' ? 'EL' : country
  const prefix = compact.replace(/^GR/, 'EL').slice(0, 2)
  const foreign = home !== null && !Object.hasOwn(forms, home)
  const prefixed = Object.hasOwn(forms, prefix) && !foreign && !isBare(compact, home)
  const of = prefixed ? prefix : home
  const known = of === null ? undefined : forms[of]
  if (!of || !known) return { number: given.trim() }
  const number = prefixed ? compact.slice(2) : compact
  if (!known.form.test(number))
    return {
      problem: 'form',
      sentence: `“${given}” does not have the form of a VAT number of ${known.country}, such as ${known.example}.`,
    }
  if (!checks[of]!(number))
    return {
      problem: 'check',
      sentence: `The check digits of the VAT number “${given}” are wrong; one of its characters was mistaken.`,
    }
  return { number: prefixed ? of + number : number }
}

/** French numbers may begin with two letters that happen to be another country’s prefix. */
const isBare = (compact: string, home: string | null): boolean =>
  home !== null && !compact.startsWith(home) && (forms[home]?.form.test(compact) ?? false)
