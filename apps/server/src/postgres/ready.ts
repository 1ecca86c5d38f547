import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { CannotStart } from './cannot-start.ts'
import type { Connection } from './connection.ts'
import { errorCode } from './files.ts'

const LIMIT_MS = 10 * 60_000

/** Resolves when PostgreSQL takes our connection. After a crash it replays its log first, which may take a while. */
export async function untilReady(
  connection: Connection,
  options: { ended: () => boolean; log: (sentence: string) => void },
): Promise<void> {
  const begin = performance.now()
  let told = false
  for (;;) {
    const failure = await tryConnect(connection)
    if (failure === undefined) return
    const waited_ms = performance.now() - begin
    if (options.ended()) throw new CannotStart('PostgreSQL ended while it started.')
    if (errorCode(failure) === '28P01') {
      throw new CannotStart(
        'PostgreSQL does not accept the password kept in the data folder. Put the password file back from a backup.',
      )
    }
    if (waited_ms > LIMIT_MS)
      throw new CannotStart(`PostgreSQL is not ready after ten minutes: ${failure.message}`)
    if (waited_ms > 3000 && !told) {
      options.log('PostgreSQL is recovering what an interrupted run left.')
      told = true
    }
    await sleep(5)
  }
}

async function tryConnect(connection: Connection): Promise<Error | undefined> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5000 })
  // Without a listener, a connection that breaks between two steps would end the program.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
