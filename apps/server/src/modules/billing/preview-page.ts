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
const sorts = ['difference', 'total', 'customer_id']
const known = new Set(['limit', 'cursor', 'change', 'sort'])

/** A page of a run's preview: `?change=up&sort=-difference`. */
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
  const descending = query.sort?.startsWith('-') ?? false
  const sort = (query.sort ?? 'customer_id').replace(/^-/, '')
  if (!sorts.includes(sort))
    throw invalidField(
      'sort',
      'not_sortable',
      `A preview can be sorted by ${sorts.join(', ')}, each with a leading minus too.`,
    )
  const partners = visiblePartners(ctx)
  const seen = sql`billing_run_id = ${billing_run_id} ${partners ? sql`and partner_id = any(${partners}::uuid[])` : empty}`
  const direction = raw(descending ? 'desc' : 'asc')
  const rows = await ctx.db.all(sql<PreviewRow>`
    select customer_id, customer_name, number, total, last_total, difference, change, lines, warnings
    from billing_run_previews
    where ${seen}
      ${wanted ? sql`and change = any(${wanted}::text[])` : empty}
      ${query.cursor ? after(query.cursor, sort, descending) : empty}
    order by ${sort === 'customer_id' ? empty : sql`${raw(sort)} ${direction},`} customer_id ${direction}
    limit ${limit + 1}`)
  const counted = await ctx.db.all(sql<{ change: Change; n: number }>`
    select change, count(*)::integer as n from billing_run_previews where ${seen} group by change`)
  const digits = currencyDigits(ctx.tenant.currency)
  const data = rows.slice(0, limit)
  const last = rows.length > limit ? data.at(-1) : undefined
  return {
    data: data.map((row) => ({
      ...row,
      total: formatDecimal(row.total, digits),
      last_total: formatDecimal(row.last_total, digits),
      difference: formatDecimal(row.difference, digits),
    })),
    next_cursor: last
      ? Buffer.from(
          JSON.stringify([
            sort,
            sort === 'customer_id' ? '0' : String(last[sort as 'difference' | 'total']),
            last.customer_id,
          ]),
        ).toString('base64url')
      : null,
    summary: {
      ...Object.fromEntries(changes.map((change) => [change, 0])),
      ...Object.fromEntries(counted.map(({ change, n }) => [change, n])),
    },
  }
}

function after(cursor: string, sort: string, descending: boolean) {
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
  if (field !== sort || typeof value !== 'string' || !/^-?\d{1,18}$/.test(value) || !isId(customer_id))
    throw bad
  const beyond = raw(descending ? '<' : '>')
  if (sort === 'customer_id') return sql`and customer_id ${beyond} ${customer_id}::uuid`
  return sql`and (${raw(sort)}, customer_id) ${beyond} (${value}::bigint, ${customer_id}::uuid)`
}
