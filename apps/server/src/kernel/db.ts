import type { Socket } from 'node:net'
import pg from 'pg'
import { isId } from './ids.ts'
import { compile, type Sql } from './sql.ts'

/**
 * PostgreSQL in as few trips as possible. The tenant is set inside each transaction (`set_config(…, true)`), which keeps a
 * transaction-mode pooler safe; the connection is pipelined, so `begin`, the tenant, the statement and `commit` travel together.
 */
export type Db = {
  all<Row>(query: Sql<Row>): Promise<Row[]>
  /** The only row; throws when there is none or more than one. */
  one<Row>(query: Sql<Row>): Promise<Row>
  maybe<Row>(query: Sql<Row>): Promise<Row | undefined>
  /** Rows touched. */
  run(query: Sql): Promise<number>
}

export type Connection = {
  host: string
  port: number
  user: string
  password?: string
  database: string
  ssl?: boolean
}

export function createPool(
  connection: Connection,
  options: { max: number; name: string; pipeline?: boolean },
): pg.Pool {
  const config: PipelinedPoolConfig = {
    ...connection,
    max: options.max,
    application_name: options.name,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 120_000,
    idle_in_transaction_session_timeout: 60_000,
    pipeline: options.pipeline ?? true,
  }
  const pool = new pg.Pool(config)
  // An idle connection that dies (server restart) must not end the process; the next query opens another.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
/**
 * Connections beside a pool's own, to the same database, for work that comes in a steady stream: a backend that is asked the same
 * things has its plans made and its pages at hand. They stay open while nothing comes.
 */
export function poolBeside(pool: pg.Pool, max: number): pg.Pool {
  const { options } = pool
  // pg hides the password from whoever lists the options.
  const beside = new pg.Pool({ ...options, password: options.password, max, idleTimeoutMillis: 0 })
  beside.on('error', () => {})
  beside.on('connect', (client) => client.on('error', () => {}))
  return beside
}
type PipelinedPoolConfig = pg.PoolConfig & { pipeline: boolean }

/** One read-committed transaction as `tenant_id`; `null` runs without a tenant (row-level security then shows nothing). */
export async function transaction<T>(
  pool: pg.Pool,
  tenant_id: string | null,
  work: (db: Db, state: TenantState) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken = false
  try {
    const [, state] = await Promise.all(
      inOnePacket(client, () => [client.query(begin(tenant_id)), tenantState(client, tenant_id)] as const),
    )
    const result = await work(handle(client), state)
    const end = await client.query('commit')
    // A pipelined commit after a failed statement resolves, as ROLLBACK.
    if (end.command !== 'COMMIT')
      throw new Error('The transaction was rolled back by an error nobody looked at.')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => (broken = true))
    throw error
  } finally {
    client.release(broken)
  }
}

/** One reading statement in one trip, with the tenant's state as the same snapshot saw it. */
export async function read<Row>(
  pool: pg.Pool,
  tenant_id: string,
  query: Sql<Row>,
): Promise<{ rows: Row[]; state: TenantState }> {
  const client = await pool.connect()
  let broken = false
  try {
    const [, state, rows] = await Promise.all(
      inOnePacket(
        client,
        () =>
          [
            client.query(begin(tenant_id)),
            tenantState(client, tenant_id),
            send<Row>(client, query),
            client.query('commit'),
          ] as const,
      ),
    )
    return { rows, state }
  } catch (error) {
    await client.query('rollback').catch(() => (broken = true))
    throw error
  } finally {
    client.release(broken)
  }
}

/** `pg` writes every statement to the socket by itself; held together, the four of a reading request cost one system call. */
function inOnePacket<T>(client: pg.PoolClient, submit: () => T): T {
  // The connection is pg's own, public in its code and absent from its types.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.cork()
  try {
    return submit()
  } finally {
    stream.uncork()
  }
}

/** The same handle outside a transaction, for what has no tenant (migrations, health, the outbox relay's bookkeeping). */
export const poolDb = (pool: pg.Pool): Db => handle(pool)

/** What every transaction learns on its way in: whether cached permissions and entities still hold, and a test clock's time. */
export type TenantState = { access_version: bigint; clock_at: string | null }

/** One simple query for both: the tenant's id is a checked UUID, so it may stand in the text. */
function begin(tenant_id: string | null): string {
  if (tenant_id === null) return 'begin'
  if (!isId(tenant_id)) throw new Error('A tenant id is a UUID.')
  return `begin; set local app.tenant = '${tenant_id}'`
}

async function tenantState(client: pg.PoolClient, tenant_id: string | null): Promise<TenantState> {
  if (tenant_id === null) return { access_version: 0n, clock_at: null }
  const { rows } = await client.query<TenantState>({
    name: 'tenant_state',
    text: 'select access_version, clock_at from tenants where id = $1',
    values: [tenant_id],
  })
  return rows[0] ?? { access_version: -1n, clock_at: null }
}

type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>

function handle(client: Queryable): Db {
  const all = <Row>(query: Sql<Row>) => send<Row>(client, query)
  return {
    all,
    async one(query) {
      const rows = await all(query)
      if (rows.length !== 1)
        throw new Error(`Expected one row, got ${rows.length}: ${compile(query).text.slice(0, 300)}`)
      return rows[0] as NonNullable<(typeof rows)[number]>
    },
    maybe: async (query) => (await all(query))[0],
    run: async (query) => (await submit(client, query)).rowCount ?? 0,
  }
}

async function send<Row>(client: Queryable, query: Sql<Row>): Promise<Row[]> {
  return (await submit(client, query)).rows as Row[]
}

function submit(client: Queryable, query: Sql): Promise<pg.QueryResult> {
  const { text, values } = compile(query)
  const name = statementName(text)
  return client.query(name ? { name, text, values } : { text, values })
}

/**
 * Put into a statement whose best plan depends on the values it is asked with: how many rows have an administrator's field between two
 * values. PostgreSQL would settle on one plan for all of them.
 */
export const plannedAnew = '/* planned anew */'

/**
 * Named statements halve PostgreSQL's CPU (no parse, no plan), but each name lives as long as its connection: only texts seen
 * twice get one, and only the first thousand.
 */
const names = new Map<string, string | undefined>()
function statementName(text: string): string | undefined {
  if (text.includes(plannedAnew)) return undefined
  if (names.has(text)) {
    let name = names.get(text)
    if (!name && named < 1000) names.set(text, (name = `s${++named}`))
    return name
  }
  if (names.size < 5000) names.set(text, undefined)
  return undefined
}
let named = 0

pg.types.setTypeParser(pg.types.builtins.INT8, BigInt)
pg.types.setTypeParser(pg.types.builtins.DATE, String)
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, instant)
const int8Array: number = 1016
pg.types.setTypeParser(int8Array, (text) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(BigInt)))

/** `2026-11-23 09:52:58.12+00` → `2026-11-23T09:52:58.120Z`; sessions run in UTC, columns are timestamptz(3). */
function instant(text: string): string {
  if (text.endsWith('infinity')) return text
  const dot = text.indexOf('.')
  const fraction =
    dot < 0
      ? '000'
      : text
          .slice(dot + 1, -3)
          .padEnd(3, '0')
          .slice(0, 3)
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`
}
