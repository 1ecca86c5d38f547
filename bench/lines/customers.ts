import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { processCpu_us } from '../cpu.ts'
import { bestOf, type Line, type Measured } from '../line.ts'
import { load } from '../load.ts'
import { call, end, type Bench, type Database, type Product } from '../world.ts'

/** The whole product (key, permissions, row-level security, limits, request id) against bare Fastify + pg on the same table. */
export const getById: Line = {
  name: 'get-by-id',
  unit: 'CPU-µs/request',
  bound: 2.4,
  async measure(bench) {
    const database = await bench.database('read')
    const admin = await database.admin()
    const { rows } = await admin.query<{ id: string }>(
      'select id from customers where tenant_id = $1 order by random() limit 2000',
      [database.tenant_id],
    )
    await admin.end()
    return compare(bench, database, 8000, {
      product: async () => rows.map(({ id }) => `/api/v1/customers/${id}`),
      reference: async () => rows.map(({ id }) => `/customers/${id}`),
    })
  },
}

/** Fifty active customers a page, newest first, pages deep in the list: a filter, a sort and a cursor. */
export const list50: Line = {
  name: 'list-50',
  unit: 'CPU-µs/request',
  bound: 2,
  async measure(bench) {
    const database = await bench.database('read')
    const pages: { cursor: string; before: string }[] = []
    return compare(bench, database, 2400, {
      async product(product) {
        let cursor = ''
        while (pages.length < 40) {
          const page = await call<{ data: { id: string }[]; next_cursor: string }>(
            product,
            'GET',
            `/customers?status=active&limit=50${cursor && `&cursor=${cursor}`}`,
          )
          cursor = page.next_cursor
          pages.push({ cursor, before: page.data.at(-1)!.id })
        }
        return pages.map((page) => `/api/v1/customers?status=active&limit=50&cursor=${page.cursor}`)
      },
      reference: async () => pages.map(({ before }) => `/customers?before=${before}`),
    })
  },
}

type Paths = {
  product(product: Product): Promise<string[]>
  reference(): Promise<string[]>
}

async function compare(bench: Bench, database: Database, requests: number, paths: Paths): Promise<Measured> {
  const product = await bench.start(database)
  const bare = spawn(
    process.execPath,
    [join(import.meta.dirname, '../reference-server.ts'), database.url, database.tenant_id],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    const [printed] = (await once(bare.stdout!, 'data')) as [Buffer]
    const bare_port = Number(String(printed))
    const asked = await paths.product(product)
    const bareAsked = await paths.reference()
    const cost = async (pid: number, port: number, list: string[], headers: Record<string, string>) => {
      const before = processCpu_us(pid) + bench.postgres.cpu_us()
      await load({ port, paths: list, headers, requests, connections: 16 })
      return (processCpu_us(pid) + bench.postgres.cpu_us() - before) / requests
    }
    return await bestOf(3, {
      product: () => cost(product.pid, product.port, asked, { authorization: `Bearer ${product.token}` }),
      reference: () => cost(bare.pid!, bare_port, bareAsked, {}),
    })
  } finally {
    await end(bare)
    await product.stop()
  }
}
