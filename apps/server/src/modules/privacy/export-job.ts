import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Ctx } from '#kernel/ctx.ts'
import { job, type Work } from '#kernel/jobs.ts'
import { rowsAbout, type Person } from '#kernel/personal.ts'
import { onDemand } from '#kernel/on-demand.ts'
import { sql } from '#kernel/sql.ts'
import { change, find } from '#kernel/store.ts'
import { customers } from '#modules/customers/index.ts'
import { keepFile, unstage, withStored, type Staged } from '#modules/files/index.ts'
import { putTogether, type Telling } from './export-contents.ts'
import { personalDataExports, type PersonalDataExport } from './exports.ts'

const tries = 5
const yazl = onDemand<typeof import('yazl')>('yazl')

/**
 * Writes the file beside the store, a page of rows at a time, and hands it over when it is whole. What is killed half-way begins anew;
 * what fails again and again says so on its row.
 */
export const writeExport = job(
  'privacy.write_export',
  { max_attempts: tries },
  async (work: Work<{ export_id: string }>) => {
    const { export_id } = work.payload
    const wanted = await begin(work)
    if (!wanted) return
    try {
      const staged = await writeZip(work, wanted.telling, (rows_done) =>
        work.act((ctx) =>
          ctx.db.run(sql`update personal_data_exports set rows_done = ${rows_done} where id = ${export_id}`),
        ),
      )
      try {
        await withStored(work.app, work.tenant_id, staged, () =>
          work.act((ctx) => finish(ctx, export_id, staged)),
        )
      } finally {
        await unstage(staged)
      }
    } catch (error) {
      if (work.attempt >= tries)
        await work.act(async (ctx) => {
          const row = await find(ctx, personalDataExports, export_id)
          if (row)
            await change(
              ctx,
              personalDataExports,
              row,
              { status: 'failed', problem: inWords(error) },
              { action: 'failed' },
            )
        })
      throw error
    }
  },
)

const inWords = (error: unknown): string =>
  `It could not be written: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500)

async function begin({
  act,
  payload,
  tenant_id,
  app,
}: Work<{ export_id: string }>): Promise<{ telling: Telling } | undefined> {
  return act(async (ctx) => {
    const row = await find(ctx, personalDataExports, payload.export_id)
    if (!row || !['queued', 'running'].includes(row.status)) return undefined
    const customer = await find(ctx, customers, row.customer_id)
    if (!customer || customer.erased_at) return undefined
    const person = await personOf(ctx, row)
    const about = rowsAbout(ctx.app.nouns.all(ctx), person).filter(
      ({ noun }) => !toldOtherwise.has(noun.name),
    )
    const counts: Record<string, number> = {}
    for (const { noun, rows } of about)
      counts[noun.name] = Number(
        (await ctx.db.one(sql<{ n: bigint }>`select count(*) as n from (${rows}) found`)).n,
      )
    const rows_total = Object.values(counts).reduce((sum, n) => sum + n, 0)
    if (row.status === 'queued')
      await change(
        ctx,
        personalDataExports,
        row,
        { status: 'running', rows_total, rows_done: 0 },
        { action: 'started' },
      )
    return {
      telling: {
        app,
        tenant_id,
        act,
        about: about.filter(({ noun }) => counts[noun.name]! > 0),
        counts,
        title: person.noun === 'contact' ? `a contact of ${customer.name}` : customer.name,
        isp: ctx.tenant.name,
        at: ctx.now.toString({ smallestUnit: 'second' }),
      },
    }
  })
}

/** The journal is the statement's other side, and the bin is told with the files. */
const toldOtherwise = new Set(['journal_entry', 'erasure', 'personal_data_export'])

async function personOf(ctx: Ctx, row: PersonalDataExport): Promise<Person> {
  if (row.contact_id) return { noun: 'contact', ids: [row.contact_id] }
  const shells = await ctx.db.all(
    sql<{ id: string }>`select id from customers where merged_into_id = ${row.customer_id}`,
  )
  return { noun: 'customer', ids: [row.customer_id, ...shells.map(({ id }) => id)] }
}

async function writeZip(
  { app, payload }: Work<{ export_id: string }>,
  telling: Telling,
  told: (rows: number) => Promise<unknown>,
): Promise<Staged> {
  const folder = join(app.config.data_dir, 'files', 'arriving')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `export-${payload.export_id}`)
  const zip = new (yazl().ZipFile)()
  const hash = createHash('sha256')
  const heads: Buffer[] = []
  let size_bytes = 0
  await putTogether(zip, telling, told)
  zip.end()
  // An error while an entry is read is told on the ZIP, whose output would wait for it for ever.
  zip.on('error', (error) =>
    (zip.outputStream as NodeJS.ReadableStream & { destroy(error: unknown): void }).destroy(error),
  )
  await pipeline(
    zip.outputStream,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        if (size_bytes < 4096) heads.push(chunk)
        size_bytes += chunk.length
        hash.update(chunk)
        yield chunk
      }
    },
    createWriteStream(path, { mode: 0o600 }),
  )
  return { path, sha256: hash.digest('hex'), size_bytes, head: Buffer.concat(heads).subarray(0, 4096) }
}

async function finish(ctx: Ctx, export_id: string, staged: Staged): Promise<void> {
  const row = await find(ctx, personalDataExports, export_id)
  if (!row || row.status !== 'running') return
  const { export_days } = await ctx.db.one(
    sql<{ export_days: number }>`select export_days from tenants where id = ${ctx.tenant.id}`,
  )
  await keepFile(ctx, staged, {
    noun: 'personal_data_export',
    row_id: row.id,
    name: `personal-data-${row.id}.zip`,
  })
  await change(
    ctx,
    personalDataExports,
    row,
    {
      status: 'done',
      rows_done: row.rows_total,
      size_bytes: BigInt(staged.size_bytes),
      finished_at: ctx.now.toString(),
      expires_at: ctx.now.add({ hours: 24 * export_days }).toString(),
    },
    { action: 'finished', data: { customer_id: row.customer_id } },
  )
}
