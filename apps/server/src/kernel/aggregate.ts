import type { Ctx } from './ctx.ts'
import { and, conditions, scope, type ListQuery } from './filters.ts'
import { kinds } from './kinds.ts'
import { mustBeAbleTo } from './permissions.ts'
import { referencesOf, type Reference } from './references.ts'
import { invalidField, Refused } from './refused.ts'
import { besideColumns, customNamed, type Beside } from './beside.ts'
import { columnOf, type Field, type FieldKind, type Resource } from './resource.ts'
import { searchCondition } from './search.ts'
import { printValue, shapeOf } from './shape.ts'
import { id, join, raw, sql } from './sql.ts'

/** One group of rows: the values it has in common, how many rows, and the figures asked for, each as its field prints. */
export type AggregateRow = Record<string, unknown> & {
  count: number
  sum: Record<string, unknown>
  min: Record<string, unknown>
  max: Record<string, unknown>
}
export type Aggregate = { data: AggregateRow[]; _refs?: Record<string, Reference> }

const figures = ['sum', 'min', 'max'] as const
type Figure = (typeof figures)[number]
const addable: readonly FieldKind[] = ['money', 'bytes', 'integer', 'decimal', 'kbps']

const mostFields = 8
const mostGroups = 1000
const mostRows = 1_000_000

/**
 * `GET /{plural}/aggregate?sum=balance&group=status&…the list's own query…`: figures over exactly the rows that the list would
 * show this actor. Without `group` there is one row, also for no rows at all. Groups come largest first.
 * Refuses 422 `too_many_rows` past 1,000,000 rows and `too_many_groups` past 1,000.
 */
export async function aggregate(ctx: Ctx, noun: Resource, query: ListQuery): Promise<Aggregate> {
  mustBeAbleTo(ctx, noun, 'list')
  const { sum, min, max, group, include, sort: _, ...filters } = query
  const groups = named(ctx, noun, 'group', group, (field) => field.filter === true)
  const wanted = figures.flatMap((figure) =>
    named(ctx, noun, figure, { sum, min, max }[figure], (field) => fits(figure, field)).map((one) => ({
      ...one,
      figure,
    })),
  )
  const where = [...scope(ctx, noun), ...conditions(ctx, noun, filters)]
  if (filters.q) where.push(searchCondition(ctx, noun, filters.q))
  const columns = [...new Set([...groups, ...wanted].map(({ column }) => column))]
  const source = besideColumns(
    noun,
    [...groups, ...wanted].flatMap(({ beside }) => beside ?? []),
  )
  const rows = await ctx.db.all(sql<Record<string, unknown> & { n: bigint }>`
    select ${join([
      sql`count(*) as n`,
      ...groups.map(({ column }, n) => sql`${id(column)} as ${id(`group_${n}`)}`),
      ...wanted.map(
        ({ figure, column }, n) => sql`${raw(figure)}(${id(column)})::text as ${id(`figure_${n}`)}`,
      ),
    ])}
    from (
      select ${columns.length > 0 ? join(columns.map((name) => id(name))) : sql`1`}
      from ${source}
      ${and(where)}
      limit ${mostRows + 1}
    ) as rows
    ${groups.length > 0 ? sql`group by ${join(groups.map(({ column }) => id(column)))}` : sql``}
    order by n desc
    limit ${mostGroups + 1}`)
  mustBeFew(noun, rows)
  const data = rows.map((row): AggregateRow => {
    const answer: AggregateRow = { count: Number(row.n), sum: {}, min: {}, max: {} }
    for (const [n, { name, field }] of groups.entries())
      answer[name] = printValue(ctx, field, row[`group_${n}`])
    for (const [n, { figure, name, field }] of wanted.entries())
      answer[figure][name] = printFigure(ctx, field, figure, row[`figure_${n}`] as string | null)
    return answer
  })
  return include ? { data, _refs: await referencesOf(ctx, noun, include, data) } : { data }
}

const fits = (figure: Figure, { kind }: Field) =>
  figure === 'sum' ? addable.includes(kind) : kinds[kind].compare === 'order'

type Named = { name: string; field: Field; column: string; beside?: Beside }

/** The fields of a parameter, each of which the actor may read and the figure can be taken of. */
function named(
  ctx: Ctx,
  noun: Resource,
  parameter: Figure | 'group',
  list: string | undefined,
  suits: (field: Field) => boolean,
): Named[] {
  const names = [...new Set(list?.split(',') ?? [])]
  if (names.length > mostFields)
    throw invalidField(parameter, 'too_many_values', `${parameter} takes at most ${mostFields} fields.`)
  return names.map((name): Named => {
    if (name.startsWith('custom.')) {
      const { field, beside } = customNamed(ctx, noun, name, 'filter', parameter)
      if (!suits(field)) throw notAggregable(noun, parameter, name)
      return { name, field, column: beside.column, beside }
    }
    const field = shapeOf(ctx, noun).fields.get(name)
    if (!field)
      throw invalidField(
        parameter,
        'unknown_field',
        `“${name}” is not a field of ${noun.label_plural.toLowerCase()}.`,
      )
    if (!suits(field)) throw notAggregable(noun, parameter, name)
    return { name, field, column: columnOf(noun, name) }
  })
}

const notAggregable = (noun: Resource, parameter: Figure | 'group', name: string) =>
  invalidField(
    parameter,
    'not_aggregable',
    parameter === 'group'
      ? `${noun.label_plural} cannot be grouped by ${name}; group by a field that the list can be filtered by.`
      : `There is no ${parameter} of ${name}.`,
  )

function mustBeFew(noun: Resource, rows: readonly { n: bigint }[]): void {
  if (rows.length > mostGroups)
    throw new Refused(
      422,
      'too_many_groups',
      `There are more than ${mostGroups} groups. Group by a field with fewer values, or filter the list.`,
    )
  const total = rows.reduce((sum, row) => sum + row.n, 0n)
  if (total > mostRows)
    throw new Refused(
      422,
      'too_many_rows',
      `More than ${mostRows} ${noun.label_plural.toLowerCase()} match. Filter the list and ask again.`,
    )
}

/** Figures arrive as text, since a sum is wider than its column. Nothing to add makes zero; nothing has no least and no greatest. */
function printFigure(ctx: Ctx, field: Field, figure: Figure, text: string | null): unknown {
  if (text === null && figure !== 'sum') return null
  const value = text ?? '0'
  if (field.kind === 'integer') return Number(value)
  if (kinds[field.kind].column === 'bigint') return printValue(ctx, field, BigInt(value))
  if (field.kind === 'datetime') return Temporal.Instant.from(value).toString({ smallestUnit: 'millisecond' })
  return printValue(ctx, field, value)
}
