import type { Ctx } from '#kernel/ctx.ts'
import { isId } from '#kernel/ids.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { visiblePartners } from '#kernel/permissions.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { empty, raw, sql } from '#kernel/sql.ts'
import type { Change } from './preview.ts'

type PreviewRow = {
  customer_id: string
  customer_name: string
  number: string
  total: bigint
  last_total: bigint
  difference: bigint
  change: Change
  lines: unknown
  warnings: unknown
}
const changes: readonly Change[] = ['new', 'gone', 'up', 'down', 'same']
/** What it can be ordered by, and the column of each: `odd` is warnings first, then the largest difference either way. */
const sorts = {
  odd: { column: 'oddity', type: 'bigint' },
  name: { column: 'customer_name', type: 'text' },
  difference: { column: 'difference', type: 'bigint' },
  total: { column: 'total', type: 'bigint' },
  customer_id: { column: 'customer_id', type: 'uuid' },
} as const
type Sort = keyof typeof sorts
const isSort = (text: string): text is Sort => Object.hasOwn(sorts, text)
const known = new Set(['limit', 'cursor', 'change', 'sort'])

/** A page of a run's preview, the odd ones first unless asked otherwise: `?change=up&sort=-difference`. */
export async function previewPage(
  ctx: Ctx,
  billing_run_id: string,
  query: Record<string, string | undefined>,
  limit: number,
) {
  const strange = Object.keys(query).find((name) => !known.has(name))
  if (strange)
    throw invalidField(
      strange,
      'unknown_filter',
      `A preview cannot be filtered by “${strange}”; use change, sort, limit and cursor.`,
    )
  const wanted = query.change?.split(',')
  if (wanted?.some((change) => !changes.includes(change as Change)))
    throw invalidField('change', 'not_a_choice', `change must be one of ${changes.join(', ')}.`)
  const asked = query.sort ?? '-odd'
  const descending = asked.startsWith('-')
  const sort = asked.replace(/^-/, '')
  if (!isSort(sort))
    throw invalidField(
      'sort',
      'not_sortable',
      `A preview can be sorted by ${Object.keys(sorts).join(', ')}, each with a leading minus too.`,
    )
  const partners = visiblePartners(ctx)
  const seen = sql`billing_run_id = ${billing_run_id} ${partners ? sql`and partner_id = any(${partners}::uuid[])` : empty}`
  const direction = raw(descending ? 'desc' : 'asc')
  const { column } = sorts[sort]
  const rows = await ctx.db.all(sql<PreviewRow & { place: string }>`
    select customer_id, customer_name, number, total, last_total, difference, change, lines, warnings,
      ${raw(column)}::text as place
    from billing_run_previews
    where ${seen}
      ${wanted ? sql`and change = any(${wanted}::text[])` : empty}
      ${query.cursor ? after(query.cursor, sort, descending) : empty}
    order by ${raw(column)} ${direction}, customer_id ${direction}
    limit ${limit + 1}`)
  const counted = await ctx.db.all(sql<{ change: Change; n: number }>`
    select change, count(*)::integer as n from billing_run_previews where ${seen} group by change`)
  const digits = currencyDigits(ctx.tenant.currency)
  const data = rows.slice(0, limit)
  const last = rows.length > limit ? data.at(-1) : undefined
  return {
    data: data.map((row) => {
      const { place: _, ...shown } = row
      return {
        ...shown,
        total: formatDecimal(row.total, digits),
        last_total: formatDecimal(row.last_total, digits),
        difference: formatDecimal(row.difference, digits),
      }
    }),
    next_cursor: last
      ? Buffer.from(JSON.stringify([sort, last.place, last.customer_id])).toString('base64url')
      : null,
    summary: {
      ...Object.fromEntries(changes.map((change) => [change, 0])),
      ...Object.fromEntries(counted.map(({ change, n }) => [change, n])),
    },
  }
}

function after(cursor: string, sort: Sort, descending: boolean) {
  const bad = new Refused(
    400,
    'bad_cursor',
    'This cursor does not belong to this list. Start again without one.',
  )
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    throw bad
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw bad
  const [field, value, customer_id] = parts as unknown[]
  const { column, type } = sorts[sort]
  if (field !== sort || typeof value !== 'string' || !fits[type](value) || !isId(customer_id)) throw bad
  const beyond = raw(descending ? '<' : '>')
  return sql`and (${raw(column)}, customer_id) ${beyond} (${value}::${raw(type)}, ${customer_id}::uuid)`
}

const fits = {
  bigint: (text: string) => /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text),
  text: (text: string) => !text.includes('\u0000'),
  uuid: isId,
}
