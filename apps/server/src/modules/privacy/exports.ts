import type { Ctx } from '#kernel/ctx.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'

/** A request for everything that is kept about somebody, how far it has come, and until when the answer can be fetched. */
export const personalDataExports = resource('personal_data_export', {
  title: 'status',
  label: 'Export of personal data',
  label_plural: 'Exports of personal data',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Made by POST /customers/{id}/export_personal_data; GET /personal_data_exports/{id}/content gives the file.',
  pulse: sql`select sum(rows_done) from personal_data_exports where status in ('queued', 'running')`,
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
    contact_id: {
      kind: 'reference',
      to: 'contact',
      nullable: true,
      filter: true,
      list: true,
      help: 'Empty: about the customer as a whole',
    },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    status: {
      kind: 'choice',
      values: ['queued', 'running', 'done', 'failed', 'expired'],
      filter: true,
      list: true,
    },
    rows_total: { kind: 'integer', default: 0, label: 'Rows' },
    rows_done: { kind: 'integer', default: 0, list: true },
    size_bytes: { kind: 'bytes', nullable: true, list: true },
    problem: { kind: 'text', personal: false, max: 500, nullable: true },
    actor: { kind: 'json', personal: false },
    expires_at: { kind: 'datetime', nullable: true, list: true },
    finished_at: { kind: 'datetime', nullable: true },
  },
  // Whoever may not ask for one may not see that there is one, nor the file that hangs on it.
  rows: (ctx) => (mayExport(ctx) ? sql`true` : sql`false`),
})
export type PersonalDataExport = Row<typeof personalDataExports>

const mayExport = (ctx: Ctx): boolean => ctx.access.can('customer', 'export_personal_data')
