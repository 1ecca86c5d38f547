import { code } from './codes.ts'
import type { RadiusPacket } from './packet.ts'
import type { DropReason } from './server-counters.ts'
import { messageAuthenticatorMatches, requestAuthenticatorMatches } from './verify.ts'

/** A NAS that a packet may come from. Several may share one source address, told apart by their secrets. */
export type ClientCandidate = {
  id: string
  secret: string | Uint8Array
  /**
   * Whether an Access-Request must be signed: `auto` means from the first validly signed one on
   * (CVE-2024-3596). Status-Server, and any request with EAP-Message, must always be signed.
   */
  require_message_authenticator: 'yes' | 'no' | 'auto'
  /** Refuse Access-Requests that carry Proxy-State and are not signed. True unless set. */
  limit_proxy_state?: boolean
}

/** Which candidates of `auto` were seen to sign. */
export class SignatureLatch {
  readonly #ids = new Set<string>()
  readonly #on_latched: (id: string) => void

  constructor(on_latched: (id: string) => void) {
    this.#on_latched = on_latched
  }

  demandsSignature(client: ClientCandidate): boolean {
    if (client.require_message_authenticator === 'auto') return this.#ids.has(client.id)
    return client.require_message_authenticator === 'yes'
  }

  /** Records that a client signed its request. */
  signed(client: ClientCandidate): void {
    if (client.require_message_authenticator !== 'auto' || this.#ids.has(client.id)) return
    this.#ids.add(client.id)
    this.#on_latched(client.id)
  }

  /** Forgets what was seen of a client, e.g. because the router was replaced by an older one. */
  release(id: string): void {
    this.#ids.delete(id)
  }
}

/**
 * The candidates that may have sent this request: those whose secret verifies it. An unsigned Access-Request
 * proves nothing, so that every candidate remains that does not demand a signature. A reason when none is
 * left.
 */
export function admit<C extends ClientCandidate>(
  packet: RadiusPacket,
  candidates: readonly C[],
  latch: SignatureLatch,
): readonly C[] | DropReason {
  const is_signed = packet.message_authenticator_at !== 0
  if (packet.code === code.accounting_request) {
    return (
      keep(
        candidates,
        ({ secret }) =>
          requestAuthenticatorMatches(packet, secret) &&
          (!is_signed || messageAuthenticatorMatches(packet, secret)),
      ) ?? 'wrong_secret'
    )
  }
  if (is_signed) {
    return keep(candidates, ({ secret }) => messageAuthenticatorMatches(packet, secret)) ?? 'wrong_secret'
  }
  if (packet.code === code.status_server || packet.has_eap_message) return 'message_authenticator_required'
  const unsigned = keep(candidates, (client) => !latch.demandsSignature(client))
  if (!unsigned) return 'message_authenticator_required'
  if (!packet.has_proxy_state) return unsigned
  return (
    keep(unsigned, (client) => client.limit_proxy_state === false) ??
    'proxy_state_without_message_authenticator'
  )
}

/**
 * Array.filter that answers the array itself when all stay, the common case, and undefined when none does.
 */
function keep<C>(all: readonly C[], stays: (each: C) => boolean): readonly C[] | undefined {
  if (all.length === 1) return stays(all[0]!) ? all : undefined
  const kept = all.filter(stays)
  return kept.length === 0 ? undefined : kept
}
