import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { invalid, type FieldError } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { languages } from '../../documents/index.ts'
import { placeholderMistake } from './placeholders.ts'

export const documentKinds = ['invoice', 'credit_note', 'contract'] as const
export type DocumentKind = (typeof documentKinds)[number]

const withPlaceholders =
  'May hold placeholders: {{customer.name}}, {{invoice.number}}, {{invoice.due_date}}, {{contract.begins_on}} and others; of one that is not known, saving says which there are'

const named = new Intl.DisplayNames('en', { type: 'language' })

/** How a kind of document is worded. What is issued keeps the words it was issued with. */
export const documentTemplates = resource('document_template', {
  scope: 'partner',
  sort: 'name',
  help: 'The words on invoices, credit notes and contracts. Each kind and partner has one default; who has none takes the default of the partner above. A change is for what is issued from then on.',
  fields: {
    name: { kind: 'text', max: 120, filter: true, sort: true, list: true },
    kind: { kind: 'choice', values: documentKinds, immutable: true, filter: true, list: true },
    partner_id: {
      kind: 'reference',
      to: 'partner',
      immutable: true,
      nullable: true,
      filter: true,
      list: true,
      help: 'Whose customers they are; empty: your own',
    },
    language: {
      kind: 'choice',
      values: languages,
      value_labels: Object.fromEntries(
        languages.map((language) => [language, named.of(language) ?? language]),
      ),
      default: 'en',
      list: true,
      help: 'Of the document’s own words, its dates and amounts',
    },
    is_default: {
      kind: 'boolean',
      default: false,
      label: 'Default',
      filter: true,
      list: true,
      help: 'Documents of this kind are printed by it, in place of the default until now',
    },
    title: { kind: 'text', max: 80, nullable: true, help: 'The heading; the language’s own when empty' },
    before_lines: { kind: 'long_text', max: 4000, nullable: true, help: withPlaceholders },
    after_lines: { kind: 'long_text', max: 8000, nullable: true, help: withPlaceholders },
    footer: {
      kind: 'text',
      max: 500,
      nullable: true,
      help: 'At the foot of every page; the one of your settings when empty',
    },
  },
  before: {
    async create(ctx, row) {
      row.partner_id ??= ctx.access.partner_id ?? ctx.tenant.root_partner_id
      mustBeFilledIn(row.kind as DocumentKind, row)
      if (row.is_default) await yieldTo(ctx, row.kind as DocumentKind, String(row.partner_id))
    },
    async update(ctx, row, changes) {
      mustBeFilledIn(row.kind as DocumentKind, changes)
      if (changes.is_default && !row.is_default)
        await yieldTo(ctx, row.kind as DocumentKind, String(row.partner_id))
    },
  },
})
export type DocumentTemplate = Row<typeof documentTemplates>

const texts = ['title', 'before_lines', 'after_lines', 'footer'] as const

function mustBeFilledIn(kind: DocumentKind, values: Record<string, unknown>): void {
  const errors: FieldError[] = []
  for (const field of texts) {
    const text = values[field]
    const mistake = typeof text === 'string' ? placeholderMistake(kind, text) : null
    if (mistake) errors.push({ field, code: mistake.code, detail: mistake.sentence })
  }
  if (errors.length > 0) throw invalid(errors)
}

/** There is one default; whoever becomes it takes the other's place. */
async function yieldTo(ctx: Ctx, kind: DocumentKind, partner_id: string): Promise<void> {
  // One at a time: two that become the default together would both find none to take the place of.
  await ctx.db.all(
    sql`select pg_advisory_xact_lock(hashtextextended(${`document_templates ${ctx.tenant.id} ${partner_id} ${kind}`}, 0))`,
  )
  const rows = await ctx.db.all(sql<{ id: string }>`
    update document_templates
    set is_default = false, version = version + 1, updated_at = ${ctx.now}
    where kind = ${kind} and partner_id = ${partner_id} and is_default
    returning id`)
  for (const { id } of rows)
    record(ctx, {
      noun: 'document_template',
      row_id: id,
      action: 'updated',
      changes: { is_default: [true, false] },
    })
}
