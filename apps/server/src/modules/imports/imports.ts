import { sql } from '#kernel/sql.ts'
import { resource, type Row } from '#kernel/resource.ts'

/** A file of rows from elsewhere, and how far it has come. Made by `POST /imports?noun=customers` with the file as its body. */
export const imports = resource('import', {
  title: 'file_name',
  pulse: sql`select sum(done) from imports where status in ('queued', 'running')`,
  scope: 'partner',
  generic: ['list', 'get'],
  fields: {
    noun: { kind: 'choice', values: ['customer'], readonly: true, list: true },
    mode: {
      kind: 'choice',
      values: ['validate', 'run'],
      readonly: true,
      list: true,
      help: 'validate: say what would happen to each row, change nothing',
    },
    status: {
      kind: 'choice',
      values: ['queued', 'running', 'done', 'failed'],
      readonly: true,
      default: 'queued',
      filter: true,
      list: true,
    },
    file_name: { kind: 'text', max: 200, readonly: true, nullable: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true, filter: true },
    encoding: { kind: 'text', readonly: true },
    delimiter: { kind: 'text', readonly: true },
    columns: { kind: 'json', readonly: true },
    mapping: { kind: 'json', readonly: true, help: '{"name": "Full name"}: field to column' },
    total: { kind: 'integer', readonly: true, nullable: true, list: true },
    done: { kind: 'integer', readonly: true, default: 0, list: true },
    ok: { kind: 'integer', readonly: true, default: 0, list: true },
    failed: { kind: 'integer', readonly: true, default: 0, list: true },
    skipped: {
      kind: 'integer',
      readonly: true,
      default: 0,
      list: true,
      help: 'Rows that were there already, unchanged',
    },
    problem: {
      kind: 'text',
      max: 500,
      readonly: true,
      nullable: true,
      help: 'Why the file as a whole could not be read',
    },
    result_url: { kind: 'text', readonly: true },
    actor: { kind: 'json', readonly: true },
    started_at: { kind: 'datetime', readonly: true, nullable: true },
    finished_at: { kind: 'datetime', readonly: true, nullable: true },
  },
})

export type Import = Row<typeof imports>
