import { Readable } from 'node:stream'
import type { ZipFile } from 'yazl'
import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'
import type { OfPerson } from '#kernel/personal.ts'
import type { Resource } from '#kernel/resource.ts'
import { shapeOf } from '#kernel/shape.ts'
import { id, join, sql } from '#kernel/sql.ts'
import { asResource, find } from '#kernel/store.ts'
import { auditEvents } from '#modules/audit/index.ts'
import { fileNameOf, invoices, printableInvoice, toPdf } from '#modules/billing/index.ts'
import { ContentMissing, fileName, files, storeOf } from '#modules/files/index.ts'
import { pageOf, type Section } from './export-page.ts'

/** What an export is to tell, and of whom. */
export type Telling = {
  app: App
  tenant_id: string
  act: <T>(work: (ctx: Ctx) => Promise<T>) => Promise<T>
  about: readonly OfPerson[]
  counts: Readonly<Record<string, number>>
  title: string
  isp: string
  at: string
}

const page = 1000
const askedAtOnce = 50_000
/** Of so many rows a noun the readable page shows a table. */
const shown = 200

/** Adds everything to the ZIP; each part is read when its turn comes, never more than a page of rows at a time. */
export async function putTogether(
  zip: ZipFile,
  telling: Telling,
  told: (rows: number) => Promise<unknown>,
): Promise<void> {
  const sections: Section[] = []
  const lazily = (name: string, open: () => Promise<Readable>) =>
    zip.addReadStreamLazy(name, (ready) => {
      open().then(
        (stream) => ready(null, stream),
        (error: unknown) => ready(error, Readable.from([])),
      )
    })
  lazily('data.json', async () => Readable.from(dataOf(telling, sections, told)))
  for (const { file_id, name } of await filesOf(telling))
    lazily(`files/${name}`, () => contentOf(telling, file_id))
  for (const invoice_id of await idsOf(telling, 'invoice'))
    lazily(`invoices/${await numberOf(telling, invoice_id)}`, async () =>
      Readable.from([await invoicePdf(telling, invoice_id)]),
    )
  lazily('index.html', async () => Readable.from([pageOf(telling, sections)]))
}

async function* dataOf(
  telling: Telling,
  sections: Section[],
  told: (rows: number) => Promise<unknown>,
): AsyncGenerator<string> {
  let done = 0
  yield `{\n"about": ${JSON.stringify(telling.title)},\n"by": ${JSON.stringify(telling.isp)},\n"at": ${JSON.stringify(telling.at)},\n"data": {`
  for (const [n, { noun, rows }] of [...telling.about, await pastOf(telling)].entries()) {
    const section: Section = { noun, rows: [], total: 0 }
    yield `${n === 0 ? '' : ','}\n${JSON.stringify(noun.plural)}: [`
    for await (const batch of pagesOf(telling, noun, rows)) {
      yield batch.map((row, i) => `${section.total + i === 0 ? '' : ','}\n${JSON.stringify(row)}`).join('')
      section.rows.push(...batch.slice(0, shown - section.rows.length))
      section.total += batch.length
      done += batch.length
      await told(Math.min(done, total(telling)))
    }
    yield ']'
    sections.push(section)
  }
  yield '\n}}\n'
}

const total = ({ counts }: Telling): number => Object.values(counts).reduce((sum, n) => sum + n, 0)

/** Which rows they are is asked seldom, since that may be a long question; then they are read a page at a time. */
async function* pagesOf(
  { act }: Telling,
  noun: Resource,
  rows: OfPerson['rows'],
): AsyncGenerator<Record<string, unknown>[]> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const found = await act((ctx) =>
      ctx.db.all(sql<{ id: string }>`
        select distinct id from (${rows}) found where id > ${after} order by id limit ${askedAtOnce}`),
    )
    for (let start = 0; start < found.length; start += page) {
      const ids = found.slice(start, start + page).map((row) => row.id)
      yield await act(async (ctx) => {
        const { select, present } = shapeOf(ctx, noun)
        const stored = await ctx.db.all(sql<Record<string, unknown>>`
          select ${select} from ${id(noun.table)} where id = any(${ids}::uuid[]) order by id`)
        return stored.map((row) => without(present(row)))
      })
    }
    if (found.length < askedAtOnce) return
    after = found.at(-1)!.id
  }
}

/** How often a row was changed is nothing about the person. */
const without = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'version' && name !== '_redacted'))

/** What was done with the person's rows, and by whom. Of sessions and usage there is no such past. */
async function pastOf({ about }: Telling): Promise<OfPerson> {
  const withPast = about.filter(
    ({ noun }) => !noun.log && !['session', 'usage_day', 'auth_attempt', 'transaction'].includes(noun.name),
  )
  return {
    noun: asResource(auditEvents),
    rows: sql`select id from audit_events where row_id in (${join(
      withPast.map(({ rows }) => rows),
      ' union all ',
    )})`,
  }
}

async function idsOf({ act, about }: Telling, name: string): Promise<string[]> {
  const found = about.find(({ noun }) => noun.name === name)
  if (!found) return []
  return act(async (ctx) =>
    (await ctx.db.all(sql<{ id: string }>`${found.rows}`)).map((row) => row.id).sort(),
  )
}

/** Two files of one name are told apart by their place. */
async function filesOf(telling: Telling): Promise<{ file_id: string; name: string }[]> {
  const ids = await idsOf(telling, 'file')
  if (ids.length === 0) return []
  const found = await telling.act((ctx) =>
    ctx.db.all(
      sql<{
        id: string
        name: string
      }>`select id, name from files where id = any(${ids}::uuid[]) order by id`,
    ),
  )
  return found.map((file, n) => ({ file_id: file.id, name: `${n + 1}-${fileName(file.name)}` }))
}

async function contentOf({ app, act, tenant_id }: Telling, file_id: string): Promise<Readable> {
  const file = await act((ctx) => find(ctx, files, file_id))
  if (!file) return Readable.from(['This file was deleted while the export was written.'])
  try {
    const content = { tenant_id, sha256: file.sha256, size_bytes: Number(file.size_bytes) }
    return await (await storeOf(app)).read(content)
  } catch (error) {
    if (!(error instanceof ContentMissing)) throw error
    return Readable.from(['The content of this file is not where files are kept.'])
  }
}

const numberOf = ({ act }: Telling, invoice_id: string): Promise<string> =>
  act(async (ctx) => {
    const { number } = await ctx.db.one(
      sql<{ number: string }>`select number from invoices where id = ${invoice_id}`,
    )
    return fileNameOf({ number })
  })

const invoicePdf = async ({ act }: Telling, invoice_id: string): Promise<Buffer> =>
  toPdf(
    await act(async (ctx) => {
      const invoice = await find(ctx, invoices, invoice_id)
      if (!invoice) throw new Error(`The invoice ${invoice_id} is gone.`)
      return printableInvoice(ctx, invoice)
    }),
  )
