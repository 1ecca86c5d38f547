import { attachedTo, bearerSeen, mustSeeBearer } from '#kernel/attached.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { resource, type Row } from '#kernel/resource.ts'

const author = {
  author_id: { kind: 'reference', to: 'user', readonly: true, nullable: true, filter: true },
  author_name: { kind: 'text', personal: false, readonly: true, list: true },
} as const

/** What somebody wants the others to know about a row. */
export const notes = resource('note', {
  title: 'text',
  fields: {
    ...attachedTo,
    text: { kind: 'long_text', personal: true, max: 10_000, list: true },
    pinned: {
      kind: 'boolean',
      default: false,
      filter: true,
      list: true,
      help: 'Shown first, until unpinned',
    },
    ...author,
  },
  rows: (ctx) => bearerSeen(ctx, 'notes'),
  before: { create: signed },
})

/** What somebody is to do about a row, until when. */
export const todos = resource('todo', {
  label: 'To-do',
  label_plural: 'To-dos',
  title: 'title',
  fields: {
    ...attachedTo,
    title: { kind: 'text', personal: true, max: 200, list: true },
    details: { kind: 'long_text', personal: true, max: 10_000, nullable: true },
    due_date: { kind: 'date', nullable: true, filter: true, sort: true, list: true },
    assignee_id: { kind: 'reference', to: 'user', nullable: true, filter: true, list: true },
    pinned: { kind: 'boolean', default: false, filter: true, list: true, help: 'Shown first on the row' },
    status: {
      kind: 'choice',
      values: ['open', 'done'],
      default: 'open',
      readonly: true,
      filter: true,
      list: true,
    },
    done_at: { kind: 'datetime', readonly: true, nullable: true },
    done_by: { kind: 'text', personal: false, readonly: true, nullable: true },
    ...author,
    author_id: { ...author.author_id, filter: false },
  },
  rows: (ctx) => bearerSeen(ctx, 'todos'),
  before: { create: signed },
})
export type Todo = Row<typeof todos>

async function signed(ctx: Ctx, row: Record<string, unknown>): Promise<void> {
  await mustSeeBearer(ctx, { noun: row.noun, row_id: row.row_id })
  row.author_id = ctx.actor.kind === 'user' ? ctx.actor.id : null
  row.author_name = ctx.actor.name
}
