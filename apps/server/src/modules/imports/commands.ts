import { command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { Refused } from '#kernel/refused.ts'
import type { Resource } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, change, insert } from '#kernel/store.ts'
import { addresses, contacts, customers } from '#modules/customers/index.ts'
import { openingBalances } from '#modules/payments/index.ts'
import { discounts, serviceMacs, services } from '#modules/services/index.ts'
import { imports, type Import } from './imports.ts'
import { runImport } from './job.ts'
import { checkMapping, mustBeComplete, proposeMapping, saysName, type Mapping } from './mapping.ts'
import { beginningOf } from './rows.ts'
import { addressTargets, contactTargets, targetsOf } from './targets.ts'
import { decodeText, delimiterOf } from './text.ts'

export type NewImport = {
  file: Buffer
  mode: 'validate' | 'run'
  file_name: string | null
  encoding?: string
  delimiter?: string
  mapping?: unknown
}

/** Takes in a file, keeps it, and lets the job begin. A file that is to be validated first may come without a complete mapping. */
export async function createImport(ctx: Ctx, wanted: NewImport): Promise<Import> {
  mustBeAbleTo(ctx, asResource(imports), 'create')
  const { text, encoding } = decodeText(wanted.file, wanted.encoding)
  const delimiter = wanted.delimiter ?? delimiterOf(text)
  const content = Buffer.from(text)
  const { columns } = beginningOf(content, delimiter)
  const targets = targetsOf(ctx)
  const mapping =
    wanted.mapping === undefined
      ? proposeMapping(targets, columns)
      : checkMapping(targets, columns, wanted.mapping)
  if (wanted.mode === 'run' || saysName(mapping)) mustBeAllowed(ctx, mapping)
  const id = newId()
  const row = await insert(ctx, imports, {
    id,
    noun: 'customer',
    mode: wanted.mode,
    file_name: wanted.file_name,
    encoding,
    delimiter,
    columns: new JsonValue(columns),
    mapping: new JsonValue(mapping),
    result_url: `/api/v1/imports/${id}/result`,
    actor: new JsonValue(ctx.actor),
    ...(saysName(mapping)
      ? {}
      : {
          status: 'failed',
          problem: 'No column is mapped to the name. Say which it is, then validate again.',
        }),
  } as Parameters<typeof insert<typeof imports.fields>>[2])
  await ctx.db.run(
    sql`insert into import_files (tenant_id, import_id, content) values (${ctx.tenant.id}, ${id}, ${content})`,
  )
  if (saysName(mapping)) runImport.later(ctx, { import_id: id }, { queue: 'imports' })
  return row
}

const mapping = {
  kind: 'json',
  nullable: true,
  help: '{"name": "Full name"}: field to column; as before when left out',
} as const
const notNow = (row: Import) =>
  row.status === 'queued' || row.status === 'running' ? 'This import is at work.' : null

export const runAgain = command(
  imports,
  'run',
  {
    label: 'Run import',
    help: 'Brings the rows in. Customers are known again by their external id.',
    input: { mapping },
    unless: notNow,
  },
  (ctx, row, input) => again(ctx, row, 'run', input.mapping),
)

export const validateAgain = command(
  imports,
  'validate',
  {
    label: 'Validate import',
    help: 'Says what would happen to each row; changes nothing.',
    input: { mapping },
    unless: (row) =>
      notNow(row) ?? (row.mode === 'run' && row.ok > 0 ? 'This import has brought its rows in.' : null),
  },
  (ctx, row, input) => again(ctx, row, 'validate', input.mapping),
)

async function again(ctx: Ctx, row: Import, mode: 'validate' | 'run', given: unknown): Promise<Import> {
  const wanted =
    given instanceof JsonValue
      ? checkMapping(targetsOf(ctx), row.columns as string[], given.value)
      : (row.mapping as Mapping)
  mustBeAllowed(ctx, wanted)
  await ctx.db.run(sql`delete from import_rows where import_id = ${row.id}`)
  const changed = await change(
    ctx,
    imports,
    row,
    {
      mode,
      mapping: new JsonValue(wanted),
      status: 'queued',
      problem: null,
      actor: new JsonValue(ctx.actor),
      done: 0,
      ok: 0,
      failed: 0,
      skipped: 0,
      started_at: null,
      finished_at: null,
    },
    { action: mode === 'run' ? 'run_asked' : 'validation_asked' },
  )
  runImport.later(ctx, { import_id: row.id }, { queue: 'imports' })
  return changed
}

const reductions = [
  'discount_percent',
  'discount_amount',
  'invoice_discount_percent',
  'invoice_discount_amount',
]

/** An import does nothing its author could not do row by row. */
function mustBeAllowed(ctx: Ctx, wanted: Mapping): void {
  mustBeComplete(wanted)
  const brings = (fields: object) => Object.keys(fields).some((field) => wanted[field] !== undefined)
  const may = (noun: Resource, ...actions: string[]) => {
    for (const action of actions) mustBeAbleTo(ctx, noun, action)
  }
  may(asResource(customers), 'create', 'update')
  if (wanted.status) may(asResource(customers), 'activate', 'block', 'disable')
  if (brings(addressTargets)) may(asResource(addresses), 'create', 'update')
  if (brings(contactTargets)) may(asResource(contacts), 'create', 'update')
  if (wanted.tariff) may(asResource(services), 'create', 'activate')
  if (wanted.mac ?? wanted.further_macs) may(asResource(serviceMacs), 'create')
  if (reductions.some((field) => wanted[field])) may(asResource(discounts), 'create')
  if (wanted.opening_balance) may(asResource(openingBalances), 'create')
  if (wanted.login && !wanted.tariff)
    throw new Refused(
      422,
      'tariff_not_mapped',
      'A login belongs to a service, and a service needs its tariff: map a column to the tariff too.',
    )
}
