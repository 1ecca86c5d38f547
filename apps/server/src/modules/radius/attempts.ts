import type { App } from '#kernel/app.ts'
import { poolDb } from '#kernel/db.ts'
import { newId } from '#kernel/ids.ts'
import { resource } from '#kernel/resource.ts'
import { join, sql, type Sql } from '#kernel/sql.ts'
import { instants, integers, texts, uuids } from './columns.ts'
import { unloggedCounter } from './metrics.ts'

/** Who asked to be let in, and what was answered. */
export const authAttempts = resource('auth_attempt', {
  title: 'login',
  scope: 'partner',
  generic: ['list', 'get'],
  fields: {
    at: { kind: 'datetime', list: true },
    login: { kind: 'text', personal: true, filter: true, list: true },
    result: { kind: 'choice', values: ['accept', 'walled', 'reject'], filter: true, list: true },
    code: { kind: 'text', personal: false, list: true },
    sentence: { kind: 'text', personal: true, list: true },
    method: { kind: 'text', personal: false },
    mac: { kind: 'mac', personal: true, nullable: true, label: 'MAC address' },
    router_id: { kind: 'reference', to: 'router', list: true },
    service_id: { kind: 'reference', to: 'service', nullable: true, filter: true },
    customer_id: { kind: 'reference', to: 'customer', nullable: true, stays: true },
    partner_id: { kind: 'reference', to: 'partner', nullable: true },
    suppressed: { kind: 'integer', help: 'Like attempts in the same ten seconds that are not listed' },
  },
})

export type Attempt = {
  tenant_id: string
  /** Milliseconds since 1970, by the tenant's clock. */
  at_ms: number
  login: string
  result: 'accept' | 'walled' | 'reject'
  code: string
  sentence: string
  method: string
  router_id: string
  service_id: string | null
  customer_id: string | null
  partner_id: string | null
  mac: string | null
}

type Written = Attempt & { id: string; suppressed: number }

const flush_ms = 500
const waiting_max = 50_000
const window_ms = 10_000
const written_a_window = 5

/**
 * Writes the log behind the replies, half a second late at most, in one statement for many. A login that asks again and again (a
 * router with a wrong password does so every second) is written five times in ten seconds; the rest is counted.
 */
export class AttemptLog {
  readonly #app: App
  #waiting: Written[] = []
  #window = new Map<string, { written: number; last: Attempt | undefined; suppressed: number }>()
  #window_ends_ms = 0
  readonly #timer: NodeJS.Timeout
  #writing: Promise<void> = Promise.resolve()

  constructor(app: App) {
    this.#app = app
    this.#timer = setInterval(() => this.#tick(), flush_ms).unref()
  }

  add(attempt: Attempt): void {
    const key = `${attempt.tenant_id}${attempt.login}`
    let seen = this.#window.get(key)
    if (!seen) this.#window.set(key, (seen = { written: 0, last: undefined, suppressed: 0 }))
    if (seen.written < written_a_window) {
      seen.written++
      this.#write(attempt, 0)
    } else {
      seen.last = attempt
      seen.suppressed++
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#endWindow()
    await this.flush()
  }

  /** Writes what waits; a log that cannot be written is counted, never waited for. */
  flush(): Promise<void> {
    const batch = this.#waiting.splice(0)
    if (batch.length === 0) return this.#writing
    this.#writing = this.#writing.then(async () => {
      for (let at = 0; at < batch.length; at += 2000) {
        const part = batch.slice(at, at + 2000)
        await poolDb(this.#app.pool)
          .all(sql`select radius_log_attempts(${logColumns(part)})`)
          .catch((error) => {
            unloggedCounter.inc(part.length)
            this.#app.log.warn({ err: error, attempts: part.length }, 'access attempts could not be logged')
          })
      }
    })
    return this.#writing
  }

  #tick(): void {
    // wall clock: attempts are counted as they arrive.
    if (Date.now() >= this.#window_ends_ms) {
      this.#endWindow()
      // wall clock: attempts are counted as they arrive.
      this.#window_ends_ms = Date.now() + window_ms
    }
    void this.flush()
  }

  #endWindow(): void {
    for (const { last, suppressed } of this.#window.values()) if (last) this.#write(last, suppressed - 1)
    this.#window.clear()
  }

  #write(attempt: Attempt, suppressed: number): void {
    if (this.#waiting.length >= waiting_max) return unloggedCounter.inc()
    this.#waiting.push({ id: newId(), ...attempt, suppressed })
  }
}

const logColumns = (rows: readonly Written[]): Sql =>
  join([
    uuids(rows, ({ id }) => id),
    uuids(rows, ({ tenant_id }) => tenant_id),
    instants(rows, ({ at_ms }) => at_ms),
    texts(rows, ({ login }) => login),
    texts(rows, ({ result }) => result),
    texts(rows, ({ code }) => code),
    texts(rows, ({ sentence }) => sentence),
    texts(rows, ({ method }) => method),
    uuids(rows, ({ router_id }) => router_id),
    uuids(rows, ({ service_id }) => service_id),
    uuids(rows, ({ customer_id }) => customer_id),
    uuids(rows, ({ partner_id }) => partner_id),
    texts(rows, ({ mac }) => mac),
    integers(rows, ({ suppressed }) => suppressed),
  ])
