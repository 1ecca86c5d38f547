import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import type { App } from './app.ts'
import { sql } from './sql.ts'
import { transaction, type Db } from './db.ts'

/**
 * Secrets at rest: envelope encryption. The installation's key (KEK, `DATA_DIR/secret.key` or `SECRET_KEY`) wraps one data key a
 * tenant (DEK); a value is AES-256-GCM under the DEK, bound by its additional data to tenant, table, column and row, so that a
 * ciphertext copied elsewhere does not open. Layout: version 1 ‖ nonce 12 ‖ tag 16 ‖ ciphertext.
 */
export type Place = { table: string; column: string; row_id: string }

export type Secrets = {
  seal(tenant_id: string, place: Place, plain: string | Uint8Array, db?: Db): Promise<Buffer>
  open(tenant_id: string, place: Place, sealed: Uint8Array): Promise<string>
  /** The data key, for whoever seals or opens thousands at once. */
  dataKey(tenant_id: string, db?: Db): Promise<Buffer>
  /** A key for one purpose of this installation, the same after every start. */
  deriveKey(purpose: string): Buffer
}

export function createSecrets(app: () => App, kek: Buffer): Secrets {
  const keys = new Map<string, Promise<Buffer>>()
  const dataKey = (tenant_id: string, db?: Db): Promise<Buffer> => {
    let key = keys.get(tenant_id)
    if (!key) {
      // A key read inside a transaction that may roll back is not remembered.
      if (db) return loadDataKey(db, kek, tenant_id)
      key = transaction(app().pool, tenant_id, (own) => loadDataKey(own, kek, tenant_id))
      keys.set(tenant_id, key)
      key.catch(() => keys.delete(tenant_id))
    }
    return key
  }
  return {
    async seal(tenant_id, place, plain, db) {
      return sealWith(await dataKey(tenant_id, db), tenant_id, place, plain)
    },
    async open(tenant_id, place, sealed) {
      return openWith(await dataKey(tenant_id), tenant_id, place, sealed).toString('utf8')
    },
    dataKey,
    deriveKey: (purpose) => deriveKey(kek, purpose),
  }
}

export function sealWith(key: Buffer, tenant_id: string, place: Place, plain: string | Uint8Array): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(additional(tenant_id, place))
  const body = Buffer.concat([
    typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain),
    cipher.final(),
  ])
  return Buffer.concat([VERSION, nonce, cipher.getAuthTag(), body])
}

export function openWith(key: Buffer, tenant_id: string, place: Place, sealed: Uint8Array): Buffer {
  if (sealed[0] !== 1) throw new Error('A secret of an unknown version.')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 13)).setAAD(
    additional(tenant_id, place),
  )
  decipher.setAuthTag(sealed.subarray(13, 29))
  return Buffer.concat([decipher.update(sealed.subarray(29)), decipher.final()])
}

/** A new tenant's data key, wrapped; stored in `tenant_keys`. */
export const wrapNewKey = (kek: Buffer, tenant_id: string): Buffer =>
  sealWith(kek, tenant_id, { table: 'tenant_keys', column: 'wrapped', row_id: tenant_id }, randomBytes(32))

/** Whether the installation's key is the one under which a tenant's was wrapped. */
export function opensKey(kek: Buffer, tenant_id: string, wrapped: Uint8Array): boolean {
  try {
    openWith(kek, tenant_id, { table: 'tenant_keys', column: 'wrapped', row_id: tenant_id }, wrapped)
    return true
  } catch {
    return false
  }
}

async function loadDataKey(db: Db, kek: Buffer, tenant_id: string): Promise<Buffer> {
  const row = await db.one(
    sql<{ wrapped: Buffer }>`select wrapped from tenant_keys where tenant_id = ${tenant_id}`,
  )
  return openWith(kek, tenant_id, { table: 'tenant_keys', column: 'wrapped', row_id: tenant_id }, row.wrapped)
}

/** Tokens are 256 random bits, so a plain SHA-256 is enough to store them by. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()

export const newToken = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`

/** A key for one purpose, drawn from the installation's: cursors, class tokens. */
export const deriveKey = (kek: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', kek, Buffer.alloc(0), purpose, 32))

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

const VERSION = Buffer.from([1])
const additional = (tenant_id: string, place: Place) =>
  Buffer.from(`${tenant_id}|${place.table}|${place.column}|${place.row_id}`)
