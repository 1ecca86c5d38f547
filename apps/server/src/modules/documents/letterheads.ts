import { createHash } from 'node:crypto'
import type { Ctx } from '#kernel/ctx.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql, type Sql } from '#kernel/sql.ts'
import { sellerOf, type SellerParts } from '#modules/resellers/index.ts'
import type { Language } from '../../documents/index.ts'
import type { DocumentKind } from './document-templates.ts'

/**
 * All on a document that is not its own data: who sells, and the words of the template. A document keeps the one it was issued with,
 * so that it prints the same whatever changes later.
 */
export type Letterhead = SellerParts & { template: TemplateTexts | null }
export type TemplateTexts = {
  id: string
  language: Language
  title: string | null
  before_lines: string | null
  after_lines: string | null
  footer: string | null
}

/** As it is now for a partner's customers. */
export async function currentLetterhead(
  ctx: Ctx,
  kind: DocumentKind,
  partner_id: string,
): Promise<Letterhead> {
  const { parts, defaults } = await current(ctx, kind)
  return { ...parts, template: nearest(ctx, defaults, partner_id) }
}

/**
 * The letterheads of documents that are issued now, by partner, and the statement that keeps them. Equal ones are kept once: a
 * letterhead's id is told by what it says.
 */
export async function keepLetterheads(
  ctx: Ctx,
  kind: DocumentKind,
  partner_ids: Iterable<string>,
): Promise<{ ids: ReadonlyMap<string, string>; statement: Sql }> {
  const ids = new Map<string, string>()
  const contents = new Map<string, string>()
  for (const partner_id of new Set(partner_ids)) {
    const content = JSON.stringify(await currentLetterhead(ctx, kind, partner_id))
    const id = idOf(content)
    ids.set(partner_id, id)
    contents.set(id, content)
  }
  const rows = Array.from(contents, ([id, content]) => ({ id, content }))
  return {
    ids,
    statement: sql`
      insert into letterheads (tenant_id, id, content)
      select ${ctx.tenant.id}::uuid, l.id, l.content
      from ${rowsOf('l', rows, { id: 'uuid', content: 'jsonb' })}
      on conflict do nothing`,
  }
}

/** The one a document was issued with; `kept` selects its id. Documents from before there were any have the one of that day. */
export async function letterheadOf(ctx: Ctx, kept: Sql, kind: DocumentKind): Promise<Letterhead> {
  const found = await ctx.db.maybe(sql<{ content: Letterhead }>`
    select coalesce(
      (select content from letterheads where id = (${kept})),
      (select content from letterheads where for_older)) as content`)
  return found?.content ?? currentLetterhead(ctx, kind, ctx.tenant.root_partner_id)
}

type Default = TemplateTexts & { partner_id: string }
type Current = { parts: SellerParts; defaults: Default[] }

/** Read once a transaction: many documents may be issued in one. */
function current(ctx: Ctx, kind: DocumentKind): Promise<Current> {
  const known = read.get(ctx.effects) ?? new Map<DocumentKind, Promise<Current>>()
  read.set(ctx.effects, known)
  const before = known.get(kind)
  if (before) return before
  const now = Promise.all([
    sellerOf(ctx),
    ctx.db.all(sql<Default>`
      select id, partner_id, language, title, before_lines, after_lines, footer
      from document_templates
      where kind = ${kind} and is_default`),
  ]).then(([parts, defaults]) => ({ parts, defaults }))
  known.set(kind, now)
  return now
}
const read = new WeakMap<object, Map<DocumentKind, Promise<Current>>>()

/** The default of the partner itself, or of the nearest above it. */
function nearest(ctx: Ctx, defaults: readonly Default[], partner_id: string): TemplateTexts | null {
  const subtree = (id: string) => ctx.tenant.subtrees.get(id) ?? []
  const [found] = defaults
    .filter((one) => one.partner_id === partner_id || subtree(one.partner_id).includes(partner_id))
    .sort((a, b) => subtree(a.partner_id).length - subtree(b.partner_id).length)
  if (!found) return null
  const { partner_id: _, ...texts } = found
  return texts
}

function idOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
