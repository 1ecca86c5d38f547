import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { processCpu_us } from '../cpu.ts'
import { end, type Bench } from '../world.ts'
import { secret, users } from './packets.ts'

export type FreeRadius = {
  auth_port: number
  acct_port: number
  cpu_us(): number
  /** With the statistics of an empty table PostgreSQL takes the wrong index for its interim updates, at three times the cost. */
  analyze(): Promise<void>
  stop(): Promise<void>
}

/** Where a program is, also where Debian puts servers. */
export function program(...names: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
}

/** FreeRADIUS's own folder with the stock schema and queries of rlm_sql for PostgreSQL. */
const stock = ['/etc/freeradius/3.0', '/etc/raddb'].find((folder) =>
  existsSync(join(folder, 'mods-config/sql/main/postgresql/schema.sql')),
)
const library = ['/usr/lib/freeradius', '/usr/lib64/freeradius', '/usr/local/lib'].find((folder) =>
  existsSync(join(folder, 'rlm_sql_postgresql.so')),
)

/**
 * FreeRADIUS with rlm_sql on the bench's own PostgreSQL: stock schema and queries, 100,000 users with a password, an address and a
 * group that gives their speed. Undefined with a sentence said where it is not installed.
 */
export async function startFreeRadius(bench: Bench): Promise<FreeRadius | undefined> {
  const binary = program('freeradius', 'radiusd')
  if (!binary || !stock || !library) {
    bench.say('  FreeRADIUS with rlm_sql_postgresql is not installed here.')
    return undefined
  }
  await loadUsers(bench)
  const [auth_port, acct_port] = [await freeUdpPort(), await freeUdpPort()]
  const folder = join(bench.folder, 'freeradius')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'radiusd.conf'), configuration(bench, folder, auth_port, acct_port))
  const child = spawn(binary, ['-f', '-d', folder, '-l', 'stdout'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let words = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      words += String(chunk)
      if (words.includes('Ready to process requests')) resolve()
    })
    child.once('exit', () => reject(new Error(`FreeRADIUS ended while starting: ${words.slice(-2000)}`)))
  })
  return {
    auth_port,
    acct_port,
    cpu_us: () => processCpu_us(child.pid!),
    async analyze() {
      const client = new pg.Client({ ...bench.postgres.connection, database: 'freeradius' })
      await client.connect()
      await client.query('analyze')
      await client.end()
    },
    stop: () => end(child),
  }
}

async function loadUsers(bench: Bench): Promise<void> {
  const { connection } = bench.postgres
  const admin = new pg.Client({ ...connection, database: 'postgres' })
  await admin.connect()
  const known = await admin.query(`select 1 from pg_database where datname = 'freeradius'`)
  if (known.rowCount === 0) await admin.query('create database freeradius')
  await admin.end()
  if (known.rowCount !== 0) return
  bench.say(`  Loading ${users.toLocaleString('en')} users into FreeRADIUS's schema.`)
  const client = new pg.Client({ ...connection, database: 'freeradius' })
  await client.connect()
  await client.query(readFileSync(join(stock!, 'mods-config/sql/main/postgresql/schema.sql'), 'utf8'))
  await client.query(`
    insert into radcheck (username, attribute, op, value) select 'user' || i, 'Cleartext-Password', ':=', 'pass' || i from generate_series(1, ${users}) i;
    insert into radreply (username, attribute, op, value) select 'user' || i, 'Framed-IP-Address', ':=', host('10.0.0.0'::inet + i) from generate_series(1, ${users}) i;
    insert into radusergroup (username, groupname, priority) select 'user' || i, 'plan' || i % 20, 1 from generate_series(1, ${users}) i;
    insert into radgroupreply (groupname, attribute, op, value) select 'plan' || i, 'Mikrotik-Rate-Limit', ':=', '20M/100M' from generate_series(0, 19) i;
    insert into radgroupreply (groupname, attribute, op, value) select 'plan' || i, 'Acct-Interim-Interval', ':=', '300' from generate_series(0, 19) i;`)
  await client.query('vacuum analyze')
  await client.end()
}

const modules = [
  'always',
  'attr_filter',
  'chap',
  'detail',
  'digest',
  'exec',
  'expiration',
  'expr',
  'files',
  'logintime',
  'mschap',
  'pap',
  'preprocess',
  'realm',
  'unix',
]

/** The `default` site as installed, without EAP and comments, and with sql where its comments put it; nothing is proxied. */
function configuration(bench: Bench, folder: string, auth_port: number, acct_port: number): string {
  const { host, port, user, password } = bench.postgres.connection
  return `
prefix = /usr
localstatedir = ${folder}
logdir = ${folder}
radacctdir = ${folder}/radacct
raddbdir = ${stock}
modconfdir = ${stock}/mods-config
run_dir = ${folder}
libdir = ${library}
max_request_time = 30
cleanup_delay = 5
max_requests = 16384
hostname_lookups = no
proxy_requests = no
log {
  destination = stdout
  auth = no
}
security {
  max_attributes = 200
  reject_delay = 0
  status_server = yes
}
thread pool {
  start_servers = 5
  max_servers = 32
  min_spare_servers = 3
  max_spare_servers = 10
  max_requests_per_server = 0
  auto_limit_acct = no
}
client localhost {
  ipaddr = 127.0.0.1
  secret = ${secret}
}
modules {
${modules.map((name) => `  $INCLUDE ${stock}/mods-available/${name}`).join('\n')}
  sql {
    driver = "rlm_sql_postgresql"
    dialect = "postgresql"
    server = "${host}"
    port = ${port}
    login = "${user}"
    password = "${password ?? ''}"
    radius_db = "freeradius"
    acct_table1 = "radacct"
    acct_table2 = "radacct"
    postauth_table = "radpostauth"
    authcheck_table = "radcheck"
    groupcheck_table = "radgroupcheck"
    authreply_table = "radreply"
    groupreply_table = "radgroupreply"
    usergroup_table = "radusergroup"
    read_groups = yes
    delete_stale_sessions = yes
    client_table = "nas"
    group_attribute = "SQL-Group"
    pool {
      start = 5
      min = 3
      max = 32
      spare = 10
      uses = 0
      retry_delay = 30
      lifetime = 0
      idle_timeout = 60
    }
    $INCLUDE ${stock}/mods-config/sql/main/postgresql/queries.conf
  }
}
policy {
  $INCLUDE ${stock}/policy.d/
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${auth_port}
  }
  listen {
    type = acct
    ipaddr = 127.0.0.1
    port = ${acct_port}
  }
  authorize {
    filter_username
    preprocess
    chap
    mschap
    digest
    suffix
    files
    sql
    expiration
    logintime
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
    Auth-Type CHAP {
      chap
    }
    Auth-Type MS-CHAP {
      mschap
    }
    digest
  }
  preacct {
    preprocess
    acct_unique
    suffix
    files
  }
  accounting {
    detail
    unix
    sql
    exec
    attr_filter.accounting_response
  }
  post-auth {
    sql
    exec
  }
}
`
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}
