import type { Readable } from 'node:stream'

/**
 * Where contents lie. A content is named by its tenant and SHA-256, so writing it twice is the same as once. Two tenants never share one:
 * nobody learns from an upload what somebody else has.
 */
export type FileStore = {
  /** Durable when it resolves. `staged` is a file of this machine, which is left where it is. */
  put(content: Content, staged: string): Promise<void>
  has(content: Content): Promise<boolean>
  /** The bytes from `start` to `end`, both included. Throws `ContentMissing`. */
  read(content: Content, range?: { start: number; end: number }): Promise<Readable>
  /** Nothing happens where it is gone already. */
  remove(content: Pick<Content, 'tenant_id' | 'sha256'>): Promise<void>
}
export type Content = { tenant_id: string; sha256: string; size_bytes: number }

export class ContentMissing extends Error {}

/** Two more levels of folder, so that none grows large. */
export const keyOf = ({ tenant_id, sha256 }: Pick<Content, 'tenant_id' | 'sha256'>): string =>
  `${tenant_id}/${sha256.slice(0, 2)}/${sha256}`
