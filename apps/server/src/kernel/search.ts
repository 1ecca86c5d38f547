import type { Ctx } from './ctx.ts'
import { and, scope } from './filters.ts'
import { visiblePartners } from './permissions.ts'
import { invalidField } from './refused.ts'
import { columnOf, type Resource } from './resource.ts'
import { id, sql, type Sql } from './sql.ts'

const longest = 200

/** `?q=` within one noun's list. */
export function searchCondition(noun: Resource, q: string): Sql {
  if (!noun.search)
    throw invalidField('q', 'not_searchable', `${noun.label_plural} cannot be searched; filter them instead.`)
  if (q.length > longest) throw invalidField('q', 'too_long', `Search for at most ${longest} characters.`)
  return sql`id in (select row_id from search_rows(${q}, ${[noun.name]}::text[], null, 1000))`
}

export type Found = {
  noun: string
  id: string
  title: string
  subtitle: string
  status: string | null
  matched: string
}

/** Search everywhere: name, number, telephone, e-mail, login, IP, MAC. Each noun's rows are read as the actor sees them. */
export async function searchEverywhere(ctx: Ctx, q: string, limit = 20): Promise<Found[]> {
  if (q.length > longest) throw invalidField('q', 'too_long', `Search for at most ${longest} characters.`)
  if (q.trim() === '') return []
  const nouns = ctx.app.nouns.all(ctx).filter((noun) => noun.search && ctx.access.can(noun.name, 'list'))
  const matches = await ctx.db.all(sql<{ noun: string; row_id: string; matched: string }>`
    select noun, row_id, matched
    from search_rows(${q}, ${nouns.map((noun) => noun.name)}::text[], ${visiblePartners(ctx)}::uuid[], ${limit * 2})`)
  const found = await Promise.all(
    nouns.map((noun) =>
      describe(
        ctx,
        noun,
        matches.filter((match) => match.noun === noun.name),
      ),
    ),
  )
  return found.flat().sort(byCloseness(q)).slice(0, limit)
}

async function describe(
  ctx: Ctx,
  noun: Resource,
  matches: readonly { row_id: string; matched: string }[],
): Promise<Found[]> {
  if (matches.length === 0) return []
  const hidden = ctx.access.hidden(noun.name)
  const shown = (name: string) =>
    noun.fields[name] && !hidden.has(name) ? sql`${id(columnOf(noun, name))}::text` : sql`null`
  const subtitles = ['number', 'email', 'phone', 'login', 'nas_ip', 'date'].filter(
    (name) => noun.fields[name] && name !== noun.title && !hidden.has(name),
  )
  const rows = await ctx.db.all(sql<{
    id: string
    title: string | null
    status: string | null
    subtitle: string
  }>`
    select id, ${shown(noun.title)} as title, ${shown('status')} as status,
      concat_ws(' · ', ${subtitles[0] ? shown(subtitles[0]) : sql`null`}, ${subtitles[1] ? shown(subtitles[1]) : sql`null`}) as subtitle
    from ${id(noun.table)}
    ${and([sql`id = any(${matches.map((match) => match.row_id)}::uuid[])`, ...scope(ctx, noun)])}`)
  return rows.map((row) => ({
    noun: noun.name,
    id: row.id,
    title: row.title ?? noun.label,
    subtitle: row.subtitle,
    status: row.status,
    matched: matches.find((match) => match.row_id === row.id)?.matched ?? '',
  }))
}

function byCloseness(q: string) {
  const wanted = q.trim().toLowerCase()
  const distance = (found: Found) => (found.matched === wanted ? 0 : found.noun === 'customer' ? 1 : 2)
  return (a: Found, b: Found) => distance(a) - distance(b) || a.title.localeCompare(b.title)
}
