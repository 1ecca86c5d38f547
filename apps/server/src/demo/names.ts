import type { Random } from './random.ts'

/** An invented person: the name as they write it, and in Latin letters for logins and e-mail. */
export type Name = { name: string; latin: string; language: string }

type Pool = { language: string; weight: number; name(random: Random): Omit<Name, 'language'> }

/** Common given and family names, put together by chance; nobody in particular is meant. */
const pools: readonly Pool[] = [
  { language: 'pl', weight: 62, name: polish },
  {
    language: 'uk',
    weight: 12,
    name: (random) =>
      transcribed(
        random.pick([
          ['Олена', 'Olena'],
          ['Андрій', 'Andrii'],
          ['Ірина', 'Iryna'],
          ['Тарас', 'Taras'],
          ['Оксана', 'Oksana'],
          ['Богдан', 'Bohdan'],
          ['Соломія', 'Solomiia'],
          ['Юрій', 'Yurii'],
        ]),
        random.pick([
          ['Шевчук', 'Shevchuk'],
          ['Ткаченко', 'Tkachenko'],
          ['Бондар', 'Bondar'],
          ['Мельник', 'Melnyk'],
          ['Гриценко', 'Hrytsenko'],
          ['Лисенко', 'Lysenko'],
          ['Кравець', 'Kravets'],
          ['Журба', 'Zhurba'],
        ]),
      ),
  },
  {
    language: 'de',
    weight: 9,
    name: (random) =>
      written(
        random.pick(['Jürgen', 'Käthe', 'Sönke', 'Birgit', 'Matthias', 'Heike', 'Götz', 'Annemarie', 'Uwe']),
        random.pick([
          'Vogt',
          'Brandt',
          'Weiß',
          'Krüger',
          'Lindemann',
          'Pfeiffer',
          'Schäfer',
          'Obermüller',
          'Harms',
        ]),
      ),
  },
  {
    language: 'en',
    weight: 9,
    name: (random) =>
      written(
        random.pick([
          'Harriet',
          'Owen',
          'Imogen',
          'Callum',
          'Beatrice',
          'Desmond',
          'Niamh',
          'Rupert',
          'Maeve',
        ]),
        random.pick([
          'Fenwick',
          'Ashdown',
          'O’Rourke',
          'Penhallow',
          'Mistry',
          'Thistlewood',
          'Gallagher',
          'Wren',
          'St John',
        ]),
      ),
  },
  {
    language: 'ja',
    weight: 4,
    name: (random) => {
      const [family, familyLatin] = random.pick([
        ['佐藤', 'Sato'],
        ['中村', 'Nakamura'],
        ['小林', 'Kobayashi'],
        ['山本', 'Yamamoto'],
      ] as const)
      const [given, givenLatin] = random.pick([
        ['美咲', 'Misaki'],
        ['健太', 'Kenta'],
        ['由美子', 'Yumiko'],
        ['翔', 'Sho'],
      ] as const)
      return { name: `${family} ${given}`, latin: `${givenLatin} ${familyLatin}` }
    },
  },
  {
    language: 'ar',
    weight: 4,
    name: (random) =>
      transcribed(
        random.pick([
          ['ليلى', 'Layla'],
          ['يوسف', 'Yusuf'],
          ['مريم', 'Maryam'],
          ['كريم', 'Karim'],
        ]),
        random.pick([
          ['حداد', 'Haddad'],
          ['النجار', 'Alnajjar'],
          ['منصور', 'Mansour'],
          ['الخطيب', 'Alkhatib'],
        ]),
      ),
  },
]

export function inventName(random: Random): Name {
  const pool = random.weighted(pools.map((each) => [each, each.weight] as const))
  return { ...pool.name(random), language: pool.language }
}

/** `Łucja Wójcik` → `lucja.wojcik`: what stands before the @ and in a login. */
export const handleOf = (latin: string): string =>
  latin
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[’']/g, '')
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.|\.$/g, '')

/** The same, with a number where somebody has it already. */
export function unusedHandle(handle: string, taken: Set<string>): string {
  let unused = handle
  for (let n = 2; taken.has(unused); n++) unused = `${handle}${n}`
  taken.add(unused)
  return unused
}

const women = [
  'Agnieszka',
  'Bożena',
  'Celina',
  'Dorota',
  'Elżbieta',
  'Grażyna',
  'Hanna',
  'Jagoda',
  'Kinga',
  'Łucja',
  'Małgorzata',
  'Natalia',
  'Róża',
  'Stefania',
  'Wiesława',
  'Żaneta',
]
const men = [
  'Bartosz',
  'Cezary',
  'Dariusz',
  'Feliks',
  'Grzegorz',
  'Ignacy',
  'Jarosław',
  'Krzysztof',
  'Lech',
  'Łukasz',
  'Marek',
  'Norbert',
  'Paweł',
  'Radosław',
  'Sławomir',
  'Zbigniew',
]
/** Names in -ski and -cki have a woman's form; the others are the same for all. */
const families = [
  'Nowak',
  'Wójcik',
  'Mazur',
  'Kaczmarek',
  'Zając',
  'Dudek',
  'Wieczorek',
  'Sikora',
  'Bąk',
  'Szewczyk',
  'Pietrzak',
  'Wróbel',
  'Stępień',
  'Górski',
  'Jabłoński',
  'Olszewski',
  'Malinowski',
  'Sawicki',
  'Wiśniewski',
  'Kamiński',
  'Gołębiowski',
  'Żurawski',
  'Ślusarczyk',
  'Ćwik',
  'Błaszczyk',
  'Piątek',
]

function polish(random: Random): Omit<Name, 'language'> {
  const woman = random.chance(0.5)
  const family = random.pick(families)
  return written(random.pick(woman ? women : men), woman ? family.replace(/(s|c)ki$/, '$1ka') : family)
}

const written = (given: string, family: string) => ({
  name: `${given} ${family}`,
  latin: `${given} ${family}`,
})
const transcribed = (given: readonly string[], family: readonly string[]) => ({
  name: `${given[0]} ${family[0]}`,
  latin: `${given[1]} ${family[1]}`,
})
