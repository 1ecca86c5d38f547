import type { Ctx } from './ctx.ts'
import { and, scope } from './filters.ts'
import { visiblePartners } from './permissions.ts'
import { invalidField } from './refused.ts'
import { columnOf, type Resource } from './resource.ts'
import { readQuery, separators, type Asked } from './search-query.ts'
import { id, join, sql, type Sql } from './sql.ts'

const longest = 200
/** Of a list that is searched, so many rows can be found; whoever finds more has searched for hardly anything. */
const mostInList = 10_000

/** `?q=` within one noun's list. What a role hides is not found by either. */
export function searchCondition(ctx: Ctx, noun: Resource, q: string): Sql {
  if (!noun.search)
    throw invalidField('q', 'not_searchable', `${noun.label_plural} cannot be searched; filter them instead.`)
  // As an array: joined to a function of unknown result, the planner reads the whole noun in the order of its list.
  return sql`id = any(array(select row_id from ${searchRows(ctx, [noun], asked(q), mostInList)}))`
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
  const query = asked(q)
  const nouns = ctx.app.nouns.all(ctx).filter((noun) => noun.search && ctx.access.can(noun.name, 'list'))
  if (query.pieces.length === 0 || nouns.length === 0) return []
  // Where a role sees some rows only, others may have been found before them.
  const candidates = nouns.some((noun) => ctx.access.rows(noun.name)) ? limit * 10 : limit
  const matches = await ctx.db.all(sql<Match>`select * from ${searchRows(ctx, nouns, query, candidates)}`)
  const matched = new Map(matches.map((match) => [match.row_id, match.matched]))
  const byNoun = Map.groupBy(matches, (match) => match.noun)
  const found = nouns.flatMap((noun) => {
    const rows = byNoun.get(noun.name)
    return rows ? [described(ctx, noun, unique(rows.map((row) => row.row_id)))] : []
  })
  if (found.length === 0) return []
  const rows = await ctx.db.all(sql<Omit<Found, 'matched'>>`${join(found, ' union all ')}`)
  return rows
    .map((row) => ({ ...row, matched: matched.get(row.id) ?? '' }))
    .sort(byCloseness(query))
    .slice(0, limit)
}

type Match = { noun: string; row_id: string; matched: string }

function asked(q: string): Asked {
  if (q.length > longest) throw invalidField('q', 'too_long', `Search for at most ${longest} characters.`)
  return readQuery(q)
}

function searchRows(ctx: Ctx, nouns: readonly Resource[], query: Asked, limit: number): Sql {
  const hidden = nouns.flatMap((noun) => hiddenTerms(ctx, noun))
  return sql`search_rows(${query.handles}::text[], ${query.words}::text[], ${query.pieces}::text[],
    ${nouns.map((noun) => noun.name)}::text[], ${hidden.length > 0 ? hidden : null}::text[], ${visiblePartners(ctx)}::uuid[], ${limit})`
}

/** Fields that the actor may not find by, as search_terms names them. */
function hiddenTerms(ctx: Ctx, noun: Resource): string[] {
  const custom = ctx.tenant.custom_fields.get(noun.name) ?? {}
  const keyOf = (name: string) => `custom.${custom[name]?.key ?? name}`
  const hidden = [...ctx.access.hidden(noun.name)].flatMap((name) =>
    name === 'custom'
      ? Object.keys(custom).map(keyOf)
      : name.startsWith('custom.')
        ? keyOf(name.slice('custom.'.length))
        : noun.fields[name]
          ? columnOf(noun, name)
          : name,
  )
  return hidden.map((field) => `${noun.name}.${field}`)
}

/** The rows of one noun as they are shown: called what, of whom, and with what else to tell them apart. */
function described(ctx: Ctx, noun: Resource, ids: readonly string[]): Sql {
  const hidden = ctx.access.hidden(noun.name)
  // By the table's own name, as conditions of rows speak of it.
  const own = (name: string) => sql`${id(noun.table)}.${id(columnOf(noun, name))}`
  const shown = (name: string) =>
    noun.fields[name] && !hidden.has(name) ? sql`${own(name)}::text` : sql`null::text`
  const subtitles = ['number', 'email', 'phone', 'login', 'nas_ip', 'date']
    .filter((name) => noun.fields[name] && name !== noun.title && !hidden.has(name))
    .slice(0, 2)
    .map(shown)
  const owner = ownerOf(ctx, noun, own)
  return sql`
    (select ${noun.name}::text as noun, ${own('id')}, coalesce(${shown(noun.title)}, ${noun.label}) as title,
      concat_ws(' · ', ${join([...(owner ? [owner] : []), ...subtitles, sql`null`])}) as subtitle, ${shown('status')} as status
    from ${id(noun.table)}
    ${and([sql`${own('id')} = any(${ids}::uuid[])`, ...scope(ctx, noun)])})`
}

/** Whose a row is, in the words of that row: a service's customer. The first thing it cannot be without. */
function ownerOf(ctx: Ctx, noun: Resource, own: (name: string) => Sql): Sql | undefined {
  const [name, field] =
    Object.entries(noun.fields).find(([, one]) => one.kind === 'reference' && !one.nullable) ?? []
  const target = field?.to ? ctx.app.nouns.byName(ctx, field.to) : undefined
  if (!name || !target || target === noun || ctx.access.hidden(noun.name).has(name)) return undefined
  if (!ctx.access.can(target.name, 'list') || ctx.access.hidden(target.name).has(target.title))
    return undefined
  return sql`(
    select ${id(target.table)}.${id(columnOf(target, target.title))}::text
    from ${id(target.table)}
    ${and([sql`${id(target.table)}.id = ${own(name)}`, ...scope(ctx, target)])})`
}

/** What bears exactly what was typed, then customers, then the rest. */
function byCloseness(query: Asked) {
  const wanted = new Set(query.handles.map(folded))
  const exact = ({ matched, title }: Found) =>
    wanted.has(matched) ||
    folded(title)
      .split(separators)
      .some((word) => wanted.has(word))
  const distance = (found: Found) => (exact(found) ? 0 : 2) + (found.noun === 'customer' ? 0 : 1)
  return (a: Found, b: Found) => distance(a) - distance(b) || a.title.localeCompare(b.title)
}

const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

const unique = (ids: readonly string[]): string[] => [...new Set(ids)]
