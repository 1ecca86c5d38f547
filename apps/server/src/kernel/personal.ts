import { attachedTo, canBear } from './attached.ts'
import type { Field, FieldKind, Resource } from './resource.ts'
import { columnOf } from './resource.ts'
import { id, join, sql, type Sql } from './sql.ts'

/** Somebody about whom rows are kept: a customer (with the shells that were merged into it), or one contact. */
export type Person = { noun: string; ids: readonly string[] }

/** All rows of one noun that are about a person; `rows` is a query of their ids. */
export type OfPerson = { noun: Resource; rows: Sql }

/**
 * The nouns whose rows are about a person, and which rows: those that refer to the person, then those that refer to these, then what
 * hangs on any of them. A noun's references to itself say nothing (an address in the same building is somebody else's).
 */
export function rowsAbout(nouns: readonly Resource[], person: Person): OfPerson[] {
  const root = nouns.find((noun) => noun.name === person.noun)
  if (!root) throw new Error(`There is no noun ${person.noun}.`)
  const found = new Map<string, OfPerson>([
    [
      root.name,
      { noun: root, rows: sql`select id from ${id(root.table)} where id = any(${person.ids}::uuid[])` },
    ],
  ])
  // Nouns refer to those declared before them, an administrator's entities to one another in any order.
  for (let before = 0; before !== found.size;) {
    before = found.size
    for (const noun of nouns) {
      if (found.has(noun.name) || hangs(noun)) continue
      const through = Object.entries(noun.fields).flatMap(([name, { kind, to }]) => {
        const target = kind === 'reference' && to && to !== noun.name ? found.get(to) : undefined
        if (!target) return []
        const column = id(columnOf(noun, name))
        return target.noun === root
          ? [sql`${column} = any(${person.ids}::uuid[])`]
          : [sql`${column} in (${target.rows})`]
      })
      if (through.length > 0) found.set(noun.name, { noun, rows: idsOf(noun, through) })
    }
  }
  const bearers = [...found.values()].filter(({ noun }) => canBear(noun))
  const borne = join(
    bearers.map(({ rows }) => rows),
    ' union all ',
  )
  return [
    ...found.values(),
    ...nouns.filter(hangs).map((noun) => ({ noun, rows: idsOf(noun, [sql`row_id in (${borne})`]) })),
  ]
}

/** Whether a field may hold what names somebody: text of any form. Numbers, days and choices alone do not. */
export const mayName = ({ kind }: Field): boolean => !silent.has(kind)

/** What is to happen to a field when the person is erased. What an administrator added and nobody judged is taken for personal. */
export const personalIn = (field: Field): boolean | 'kept' => field.personal ?? mayName(field)

const silent: ReadonlySet<FieldKind> = new Set<FieldKind>([
  'integer',
  'bigint',
  'rating',
  'bytes',
  'kbps',
  'money',
  'decimal',
  'percent',
  'boolean',
  'date',
  'time',
  'datetime',
  'duration',
  'choice',
  'choices',
  'reference',
  'references',
  'user',
  'auto_number',
])

const hangs = (noun: Resource): boolean => noun.fields.row_id === attachedTo.row_id

/** Each way of its own, so that each finds its index. The bin shares a table with what is not in it. */
function idsOf(noun: Resource, ways: readonly Sql[]): Sql {
  const bin = noun.bin
    ? sql` and deleted_at is null`
    : noun.fields.deleted_at
      ? sql` and deleted_at is not null`
      : sql``
  return join(
    ways.map((way) => sql`select id from ${id(noun.table)} where ${way}${bin}`),
    ' union ',
  )
}
