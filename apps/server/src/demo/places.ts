import type { Random } from './random.ts'

export type Address = { street: string; city: string; postal_code: string; country: string }

/** Towns and streets of a valley that is on no map. Postal codes are of a district that the post has not given out. */
const towns = [
  { city: 'Bursztynowo', postal_code: '79-100', weight: 46 },
  { city: 'Mglista Góra', postal_code: '79-110', weight: 20 },
  { city: 'Trzy Wiatraki', postal_code: '79-114', weight: 14 },
  { city: 'Olszynka Rzeczna', postal_code: '79-121', weight: 12 },
  { city: 'Żabi Bród', postal_code: '79-126', weight: 8 },
] as const

const streets = [
  'ul. Latarników',
  'ul. Srebrnej Sowy',
  'ul. Zegarmistrzowska Dolna',
  'ul. Pod Światłowodem',
  'ul. Nocnej Ćmy',
  'ul. Wędrownych Żurawi',
  'ul. Kapitana Wiatru',
  'ul. Jarzębinowa Boczna',
  'ul. Mosiężna',
  'ul. Młyńskiego Koła',
  'ul. Księżycowa Nowa',
  'ul. Łąki Telegrafistów',
  'pl. Trzech Masztów',
  'al. Nadajników',
]

export function inventAddress(random: Random): Address {
  const { city, postal_code } = random.weighted(towns.map((town) => [town, town.weight] as const))
  const house = `${random.between(1, 88)}${random.chance(0.12) ? random.pick(['a', 'b', 'c']) : ''}`
  const flat = random.chance(0.55) ? `/${random.between(1, 40)}` : ''
  return { street: `${random.pick(streets)} ${house}${flat}`, city, postal_code, country: 'PL' }
}

/** +48 31 is no area or mobile code of the Polish numbering plan, so nobody's telephone rings. */
export const inventPhone = (random: Random): string =>
  `+48 31 ${random.between(200, 899)} ${random.between(10, 99)} ${random.between(10, 99)}`

export const inventMac = (random: Random): string =>
  // The second-lowest bit of the first byte marks an address that no maker was given (IEEE 802).
  [0x02, 0x4e, 0x57, random.between(0, 255), random.between(0, 255), random.between(0, 255)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(':')
