import { bestOf, type Line } from '../line.ts'
import { load } from '../load.ts'
import { call, type Database, type Product } from '../world.ts'

/** An administrator's entity against a built-in noun (tariffs) with the same fields and the same 100,000 rows: one row, a page, a filtered page. */
export const customEntity: Line = {
  name: 'custom-entity',
  unit: 'CPU-µs/request',
  bound: 1.3,
  async measure(bench) {
    const database = await bench.database('write')
    const product = await bench.start(database)
    try {
      await fillTariffs(database)
      const plural = await makeEntity(product, database)
      const requests = 4000
      const side = async (root: string) => {
        const page = await call<{ data: { id: string }[] }>(
          product,
          'GET',
          `${root}?limit=500&sort=-created_at`,
        )
        const paths = page.data.flatMap(({ id }) => [
          `/api/v1${root}/${id}`,
          `/api/v1${root}?limit=20&sort=title`,
          `/api/v1${root}?limit=20&status=retired&sort=-created_at`,
        ])
        const headers = { authorization: `Bearer ${product.token}` }
        return async () => {
          const before = product.cpu_us() + bench.postgres.cpu_us()
          await load({ port: product.port, paths, headers, requests, connections: 16 })
          return (product.cpu_us() + bench.postgres.cpu_us() - before) / requests
        }
      }
      return await bestOf(3, { product: await side(`/x/${plural}`), reference: await side('/tariffs') })
    } finally {
      await product.stop()
    }
  },
}

async function fillTariffs(database: Database): Promise<void> {
  const admin = await database.admin()
  await admin.query(`set app.tenant = '${database.tenant_id}'`)
  await admin.query('alter table tariffs disable trigger user')
  await admin.query(
    `insert into tariffs (tenant_id, title, service_type, status, price, speed_download_kbps, speed_upload_kbps)
     select $1, 'Tariff ' || i, 'internet', case when i % 3 = 0 then 'retired' else 'active' end, 1000 + i % 5000, 100000, 50000
     from generate_series(1, 100000) as i`,
    [database.tenant_id],
  )
  await admin.query('alter table tariffs enable trigger user')
  await admin.query('vacuum analyze tariffs')
  await admin.end()
}

type FieldMeta = {
  name: string
  kind: string
  required: boolean
  filterable: boolean
  sortable: boolean
  values?: { value: string }[]
  to?: string
}

/** Declares the tariffs' own fields once more, over the API, and copies their rows. */
async function makeEntity(product: Product, database: Database): Promise<string> {
  const meta = await call<{ nouns: { name: string; fields: FieldMeta[] }[] }>(product, 'GET', '/meta')
  const own = meta.nouns.find((noun) => noun.name === 'tariff')!.fields
  const fields = own
    .filter(({ name }) => !['id', 'version', 'created_at', 'updated_at'].includes(name))
    .map(({ name, kind, required, filterable, sortable, values, to }) => ({
      name,
      kind,
      required,
      filterable,
      sortable,
      ...(values ? { values: values.map(({ value }) => value) } : {}),
      ...(to ? { to } : {}),
    }))
  await call(product, 'POST', '/entities', { name: 'bench_plan', plural: 'bench_plans', fields })
  const admin = await database.admin()
  const { rows } = await admin.query<{ table_name: string; name: string; column_name: string }>(
    `select e.table_name, f.name, f.column_name
     from entities e join entity_fields f on f.tenant_id = e.tenant_id and f.entity_id = e.id
     where e.tenant_id = $1 and e.name = 'bench_plan'`,
    [database.tenant_id],
  )
  const table = `dyn.${rows[0]!.table_name}`
  await admin.query(
    `insert into ${table} (tenant_id, id, ${rows.map((row) => row.column_name).join(', ')})
     select tenant_id, id, ${rows.map((row) => row.name).join(', ')} from tariffs where tenant_id = $1`,
    [database.tenant_id],
  )
  await admin.query(`vacuum analyze ${table}`)
  await admin.end()
  return 'bench_plans'
}
