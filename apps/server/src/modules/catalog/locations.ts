import { invalidField } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'

/** An area in which things are sold; an address lies in it by its city or the beginning of its postal code. */
export const locations = resource('location', {
  sort: 'name',
  fields: {
    name: { kind: 'text', max: 100, sort: true, filter: true, list: true },
    country: {
      kind: 'text',
      min: 2,
      max: 2,
      nullable: true,
      list: true,
      help: 'ISO 3166 code, such as PL; empty: any',
    },
    cities: { kind: 'text', max: 4000, nullable: true, list: true, help: 'With commas: Gdynia, Sopot' },
    postal_codes: {
      kind: 'text',
      max: 4000,
      nullable: true,
      list: true,
      help: 'How they begin, with commas: 81-, 80-2',
    },
  },
  before: {
    create: async (_, row) => check(row),
    update: async (_, row, changes) => check(changes, row),
  },
})
export type Location = Row<typeof locations>

export type Place = { country?: string | null; city?: string | null; postal_code?: string | null }

/** Whether a place lies in a location. Spelling does not matter: case, accents, spaces and dashes are left out. */
export function liesIn(
  place: Place,
  location: Pick<Location, 'country' | 'cities' | 'postal_codes'>,
): boolean {
  if (location.country && plain(place.country) !== plain(location.country)) return false
  const cities = listed(location.cities)
  const beginnings = listed(location.postal_codes)
  if (cities.length === 0 && beginnings.length === 0) return true
  const [city, code] = [plain(place.city), plain(place.postal_code)]
  return (city !== '' && cities.includes(city)) || beginnings.some((beginning) => code.startsWith(beginning))
}

const listed = (text: string | null): string[] => (text ?? '').split(',').map(plain).filter(Boolean)

// What NFD splits off a letter, and letters with a stroke that it does not split.
const plain = (text: string | null | undefined): string =>
  (text ?? '')
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replace(/[^\p{L}\p{N}]/gu, '')

function check(values: Record<string, unknown>, row: Record<string, unknown> = {}): void {
  if (typeof values.country === 'string') values.country = values.country.toUpperCase()
  const { country, cities, postal_codes } = { ...row, ...values }
  if (!country && !cities && !postal_codes)
    throw invalidField('cities', 'required', 'Say where it is: by country, cities or postal codes.')
}
