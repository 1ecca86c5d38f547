import type { RadiusPacket } from './packet.ts'

/** A request that is being answered, or was, not long ago. */
export type RememberedRequest = {
  /** The reply sent; undefined while the request is in progress. */
  reply: Buffer | undefined
  /** When it may be forgotten, in the milliseconds of the caller's clock. */
  expires_at_ms: number
  hash: number
  source_ip: string
  source_port: number
  code_and_identifier: number
  authenticator: string
  next_of_hash: RememberedRequest | undefined
  next_to_expire: RememberedRequest | undefined
}

/**
 * Requests in progress and replies sent, so that a retransmission is recognised (RFC 5080 §2.2.2). The key is
 * source address, source port, code, identifier and authenticator: a NAS that reuses an identifier with
 * another authenticator makes a new request. Bounded: the oldest replies are forgotten beyond `replies_max`.
 */
export class DuplicateCache {
  readonly #keep_ms: number
  readonly #replies_max: number
  readonly #by_hash = new Map<number, RememberedRequest>()
  #oldest: RememberedRequest | undefined
  #newest: RememberedRequest | undefined
  #reply_count = 0

  constructor(keep_ms: number, replies_max: number) {
    this.#keep_ms = keep_ms
    this.#replies_max = replies_max
  }

  get reply_count(): number {
    return this.#reply_count
  }

  find(
    packet: RadiusPacket,
    source_ip: string,
    source_port: number,
    now_ms: number,
  ): RememberedRequest | undefined {
    this.#expire(now_ms)
    const bytes = packet.bytes
    let known = this.#by_hash.get(hashOf(bytes, source_port))
    if (!known) return undefined
    const code_and_identifier = (bytes[0]! << 8) | bytes[1]!
    const authenticator = bytes.toString('latin1', 4, 20)
    while (known) {
      if (
        known.source_port === source_port &&
        known.code_and_identifier === code_and_identifier &&
        known.authenticator === authenticator &&
        known.source_ip === source_ip
      ) {
        return known
      }
      known = known.next_of_hash
    }
    return undefined
  }

  /** Remembers a request as in progress. The caller has made sure by find() that it is new. */
  begin(packet: RadiusPacket, source_ip: string, source_port: number): RememberedRequest {
    const bytes = packet.bytes
    const hash = hashOf(bytes, source_port)
    const request: RememberedRequest = {
      reply: undefined,
      expires_at_ms: 0,
      hash,
      source_ip,
      source_port,
      code_and_identifier: (bytes[0]! << 8) | bytes[1]!,
      authenticator: bytes.toString('latin1', 4, 20),
      next_of_hash: this.#by_hash.get(hash),
      next_to_expire: undefined,
    }
    this.#by_hash.set(hash, request)
    return request
  }

  answered(request: RememberedRequest, reply: Buffer, now_ms: number): void {
    request.reply = reply
    request.expires_at_ms = now_ms + this.#keep_ms
    if (this.#newest) this.#newest.next_to_expire = request
    else this.#oldest = request
    this.#newest = request
    this.#reply_count++
    if (this.#reply_count > this.#replies_max) this.#forgetOldest()
  }

  /** Forgets a request that was not answered, so that its retransmission is tried anew. */
  forget(request: RememberedRequest): void {
    let known = this.#by_hash.get(request.hash)
    if (known === request) {
      if (request.next_of_hash) this.#by_hash.set(request.hash, request.next_of_hash)
      else this.#by_hash.delete(request.hash)
      return
    }
    while (known && known.next_of_hash !== request) known = known.next_of_hash
    if (known) known.next_of_hash = request.next_of_hash
  }

  #expire(now_ms: number): void {
    while (this.#oldest && this.#oldest.expires_at_ms <= now_ms) this.#forgetOldest()
  }

  #forgetOldest(): void {
    const oldest = this.#oldest
    if (!oldest) return
    this.forget(oldest)
    this.#oldest = oldest.next_to_expire
    if (!this.#oldest) this.#newest = undefined
    this.#reply_count--
  }
}

/**
 * The authenticator's bytes are random or a hash already; port, code and identifier keep equal ones apart.
 */
function hashOf(bytes: Buffer, source_port: number): number {
  const of_authenticator = bytes[4]! | (bytes[5]! << 8) | (bytes[6]! << 16) | (bytes[7]! << 24)
  return of_authenticator ^ Math.imul((bytes[0]! << 24) | (bytes[1]! << 16) | source_port, 0x9e3779b1)
}
