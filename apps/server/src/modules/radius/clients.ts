import type { App } from '#kernel/app.ts'
import { openWith } from '#kernel/crypto.ts'
import { poolDb } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import type { ClientCandidate } from '@isp/radius'

/** A router as the RADIUS server knows it. Several tenants may have one at the same address, even with the same secret. */
export type RouterClient = ClientCandidate & {
  tenant_id: string
  nas_type: string
  block_mode: 'reject' | 'walled'
  walled_list: string
  interim_interval_s: number
}

type ClientRow = Omit<RouterClient, 'secret' | 'require_message_authenticator'> & {
  nas_ip: string
  radius_secret: Buffer
  require_message_authenticator: 'yes' | 'no' | 'auto'
  message_authenticator_seen: boolean
}

/**
 * Source address → the routers that may be behind it, newest first. Kept in memory and looked at four times a second, so that a
 * router created in the API may ask at once, and routers are still served while the database is away.
 */
export class RouterDirectory {
  readonly #app: App
  #by_ip: ReadonlyMap<string, readonly RouterClient[]> = new Map()
  #version = ''
  #secrets = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #refreshing: Promise<void> | undefined

  constructor(app: App) {
    this.#app = app
  }

  async start(): Promise<void> {
    await this.refresh()
    this.#timer = setInterval(
      () =>
        void this.refresh().catch((error) => this.#app.log.warn({ err: error }, 'routers could not be read')),
      250,
    ).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#refreshing?.catch(() => {})
  }

  at(source_ip: string): readonly RouterClient[] | undefined {
    return this.#by_ip.get(source_ip)
  }

  byId(id: string): RouterClient | undefined {
    for (const clients of this.#by_ip.values())
      for (const client of clients) if (client.id === id) return client
    return undefined
  }

  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined))
    return this.#refreshing
  }

  async #refresh(): Promise<void> {
    const db = poolDb(this.#app.pool)
    const { version } = await db.one(sql<{ version: string }>`select radius_clients_version() as version`)
    if (version === this.#version) return
    const rows = await db.all(sql<ClientRow>`select * from radius_clients()`)
    const by_ip = new Map<string, RouterClient[]>()
    const secrets = new Map<string, string>()
    for (const row of rows) {
      const client = await this.#clientOf(row, secrets)
      if (client) by_ip.set(row.nas_ip, [...(by_ip.get(row.nas_ip) ?? []), client])
    }
    this.#by_ip = by_ip
    this.#secrets = secrets
    this.#version = version
  }

  async #clientOf(row: ClientRow, secrets: Map<string, string>): Promise<RouterClient | undefined> {
    const {
      nas_ip: _,
      radius_secret,
      message_authenticator_seen,
      require_message_authenticator,
      ...client
    } = row
    try {
      const sealed = `${row.id}${radius_secret.toString('latin1')}`
      const secret = this.#secrets.get(sealed) ?? (await this.#open(row))
      secrets.set(sealed, secret)
      const must_sign = require_message_authenticator === 'auto' && message_authenticator_seen
      return {
        ...client,
        secret,
        require_message_authenticator: must_sign ? 'yes' : require_message_authenticator,
      }
    } catch (error) {
      // One router whose secret does not open (a restored backup with another key) must not silence the others.
      this.#app.log.error(
        { router_id: row.id, tenant_id: row.tenant_id, err: error },
        'this router’s secret could not be read',
      )
      return undefined
    }
  }

  async #open({ id, tenant_id, radius_secret }: ClientRow): Promise<string> {
    const key = await this.#app.secrets.dataKey(tenant_id)
    return openWith(
      key,
      tenant_id,
      { table: 'routers', column: 'radius_secret', row_id: id },
      radius_secret,
    ).toString('utf8')
  }
}
