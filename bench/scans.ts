import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { call, type Bench, type Database } from './world.ts'

/** Large tables that a plan read whole, as auto_explain saw the product's own statements, those inside functions included. */
export async function sequentialScans(
  bench: Bench,
  database: Database,
  paths: readonly string[],
): Promise<string[]> {
  const admin = await database.admin()
  const settings = {
    session_preload_libraries: `'auto_explain'`,
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_nested_statements': 'on',
  }
  // The library must be there for its settings to be known.
  await admin.query(`load 'auto_explain'`)
  for (const [name, value] of Object.entries(settings))
    await admin.query(`alter database ${database.name} set ${name} = ${value}`)
  const logs = join(bench.folder, 'postgres/log')
  const logged = () =>
    readdirSync(logs)
      .map((name) => readFileSync(join(logs, name), 'utf8'))
      .join('')
  try {
    const product = await bench.start(database, { ISP_ROLES: 'api' })
    const before = logged().length
    for (const path of paths) await call(product, 'GET', path.slice('/api/v1'.length))
    await product.stop()
    const plans = logged().slice(before)
    if (!/Index (Only )?Scan|Bitmap Index Scan/.test(plans)) throw new Error('No plan was logged.')
    const { rows } = await admin.query<{ relname: string }>(
      'select relname from pg_class where reltuples > 5000',
    )
    const large = new Set(rows.map((row) => row.relname))
    return [
      ...new Set(
        [...plans.matchAll(/Seq Scan on (\w+)/g)].map((match) => match[1]!).filter((name) => large.has(name)),
      ),
    ]
  } finally {
    for (const name of Object.keys(settings))
      await admin.query(`alter database ${database.name} reset ${name}`)
    await admin.end()
  }
}
