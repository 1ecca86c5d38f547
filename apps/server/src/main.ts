import { randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fastifyCompress from '@fastify/compress'
import fastifyStatic from '@fastify/static'
import { BadConfig, readConfig, type Config } from '#kernel/config.ts'
import { poolDb } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import { mountControl } from './control.ts'
import { firstTenant } from './first-start.ts'
import { demoNas } from './demo/nas.ts'
import { createBackups } from './backup/index.ts'
import { modules } from './modules.ts'
import { dropDatabase, mustOpenSecrets, openDatabase, secretFile } from './open-database.ts'
import {
  CannotStart,
  lockDataDir,
  prepareDataDir,
  removeRunFile,
  replaceFile,
  startEmbedded,
  writeRunFile,
  type Embedded,
} from './postgres/index.ts'
import { createApp, createLog, startProgram } from './program.ts'
import { giveBackMemoryOfStart } from './start-memory.ts'

/** One program in roles (`ISP_ROLES`). Everything it does until it serves is a line of progress; what stops it is a sentence. */
const began_ms = performance.now()

try {
  await main()
} catch (error) {
  const sentence =
    error instanceof CannotStart || error instanceof BadConfig || isPlain(error) ? error.message : undefined
  console.error(sentence ?? error)
  process.exit(1)
}

async function main(): Promise<void> {
  const config = readConfig(process.env, process.cwd())
  const data_dir = prepareDataDir(config.data_dir)
  const lock = lockDataDir(data_dir, `http://${config.host}:${config.port}`)
  const embedded = config.database_url ? undefined : await startEmbedded({ data_dir, log: progress })
  let stopping: Promise<void> | undefined
  let program: Awaited<ReturnType<typeof startProgram>> | undefined
  let stopNightly = (): void => {}
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      stopNightly()
      await program?.stop()
      await embedded?.stop()
      removeRunFile(data_dir)
      lock.release()
    })()
    return stopping
  }
  try {
    const cutOff = embedded !== undefined && existsSync(join(data_dir, 'first-start'))
    if (cutOff) await dropDatabase(embedded.connection, 'isp')
    const connections = await openDatabase(config, data_dir, embedded, cutOff)
    const secret_file = join(data_dir, 'secret.json')
    if (!config.secret_key && !existsSync(secret_file)) await mustOpenSecrets(connections, undefined)
    const kek = config.secret_key
      ? Buffer.from(config.secret_key, 'base64')
      : Buffer.from(
          secretFile(secret_file, () => ({ key: randomBytes(32).toString('base64') })).key,
          'base64',
        )
    await mustOpenSecrets(connections, kek)
    const log = createLog(config)
    const app = createApp(config, connections, kek, [...modules, demoNas], log)
    // A first start that was cut off has shown nobody a password; the next one begins anew.
    const unfinished = join(data_dir, 'first-start')
    if (embedded?.created || cutOff) replaceFile(unfinished, '')
    const welcome = await firstTenant(
      app,
      kek,
      embedded !== undefined && (embedded.created || cutOff),
      progress,
    )
    rmSync(unfinished, { force: true })
    program = await startProgram(app)
    const control_token = randomBytes(32).toString('base64url')
    const backups = embedded
      ? createBackups(
          { data_dir, connection: embedded.connection, files_in_s3: config.files.s3 !== null },
          config.backup.folder,
          config.backup.kept,
          log,
        )
      : undefined
    const nightly = backups && config.backup.kept > 0 ? backups.start() : undefined
    stopNightly = () => nightly?.stop()
    mountControl(program.server, app, kek, control_token, backups)
    await serveWebApps(program.server)
    giveBackMemoryOfStart()
    await listen(program.server, config)
    const address = addressOf(program.server, config)
    replaceFile(join(data_dir, 'control.json'), JSON.stringify({ token: control_token }))
    writeRunFile(data_dir, {
      address,
      http_port: Number(new URL(address).port),
      postgres: embedded?.connection ?? null,
    })
    await sayReady(app, address, welcome)
    dieWithDatabase(embedded, stop)
  } catch (error) {
    await stop()
    throw error
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      progress('Stopping.')
      const tooLong = setTimeout(() => process.exit(1), 20_000)
      tooLong.unref()
      void stop().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}

/** A connection that dies inside the job runner rejects where nobody listens; the runner reconnects by itself, so the program goes on. */
process.on('unhandledRejection', (error) =>
  console.error('A background task failed:', error instanceof Error ? error.message : error),
)

function progress(sentence: string): void {
  console.error(`${((performance.now() - began_ms) / 1000).toFixed(1).padStart(5)} s  ${sentence}`)
}

type Server = Awaited<ReturnType<typeof startProgram>>['server']

/** The built admin app; its files carry their hash in the name, so they are kept for a year, and every other path is its page. */
async function serveWebApps(server: Server): Promise<void> {
  const root = join(import.meta.dirname, '../../admin/dist')
  if (!existsSync(join(root, 'index.html'))) return
  await server.register(fastifyCompress, { encodings: ['br', 'gzip'], threshold: 2048 })
  await server.register(fastifyStatic, {
    root,
    wildcard: false,
    setHeaders: (reply, path) => {
      reply.header(
        'cache-control',
        path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
      reply.header('x-content-type-options', 'nosniff')
      reply.header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'self' blob:; frame-src 'self' blob:; frame-ancestors 'none'",
      )
    },
  })
  server.get('/*', (request, reply) => {
    if (/^\/(api|internal|assets)\//.test(request.url)) return reply.callNotFound()
    return reply.sendFile('index.html')
  })
}

async function listen(server: Server, config: Config): Promise<void> {
  try {
    await server.listen({ port: config.port, host: config.host })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'EADDRINUSE')
      throw new CannotStart(
        `Port ${config.port} is in use by another program. Choose another with PORT=8081 npm start, or stop the other one.`,
      )
    if (code === 'EACCES')
      throw new CannotStart(
        `Port ${config.port} may not be opened by this user. Choose one above 1023 with PORT=8080 npm start.`,
      )
    throw error
  }
}

function addressOf(server: Server, config: Config): string {
  const bound = server.server.address()
  const port = typeof bound === 'object' && bound ? bound.port : config.port
  const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

async function sayReady(
  app: ReturnType<typeof createApp>,
  address: string,
  welcome: { email: string; password: string } | undefined,
): Promise<void> {
  await poolDb(app.pool).all(sql`select 1`)
  progress('Ready.')
  console.log(`\n  ISP Framework   ${address}`)
  if (welcome) {
    console.log(`  Sign in as      ${welcome.email}`)
    console.log(`  Password        ${welcome.password}`)
    console.log('  It is shown this once; change it under Settings → Users.')
  }
  console.log('  Stop with Ctrl-C.\n')
}

/** Without its database the program is no use: it ends with the reason, and whoever watches it starts it again. */
function dieWithDatabase(embedded: Embedded | undefined, stop: () => Promise<void>): void {
  void embedded?.died.then((sentence) => {
    console.error(sentence)
    void stop().finally(() => process.exit(1))
  })
}

function isPlain(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('Migration ')
}
