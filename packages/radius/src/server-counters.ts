import { type CodeName, codeName } from './codes.ts'
import type { DecodeFault } from './decode.ts'

/** Why a server stayed silent. */
export type DropReason =
  | DecodeFault
  | 'unexpected_code'
  | 'unknown_client'
  | 'duplicate_in_progress'
  | 'wrong_secret'
  | 'message_authenticator_required'
  | 'proxy_state_without_message_authenticator'
  | 'overloaded'
  | 'declined_by_handler'
  | 'handler_failed'
  | 'handler_timed_out'
  | 'reply_not_encodable'
  | 'closing'

/** Counts since the server started. Codes and reasons that never occurred are 0 or absent. */
export type ServerStats = {
  received: Partial<Record<CodeName, number>>
  sent: Partial<Record<CodeName, number>>
  dropped: Record<DropReason, number>
  /** Retransmissions answered with the reply sent before; also counted in `sent`. */
  duplicates_resent: number
  socket_errors: number
  in_progress: number
  /** Replies kept for retransmissions. */
  remembered_replies: number
}

export class ServerCounters {
  duplicates_resent = 0
  socket_errors = 0
  readonly #received = new Float64Array(256)
  readonly #sent = new Float64Array(256)
  readonly #dropped: Record<DropReason, number> = {
    too_short: 0,
    bad_length: 0,
    truncated: 0,
    unknown_code: 0,
    bad_attribute: 0,
    bad_message_authenticator_length: 0,
    unexpected_code: 0,
    unknown_client: 0,
    duplicate_in_progress: 0,
    wrong_secret: 0,
    message_authenticator_required: 0,
    proxy_state_without_message_authenticator: 0,
    overloaded: 0,
    declined_by_handler: 0,
    handler_failed: 0,
    handler_timed_out: 0,
    reply_not_encodable: 0,
    closing: 0,
  }

  received(code: number): void {
    this.#received[code]!++
  }

  sent(code: number): void {
    this.#sent[code]!++
  }

  dropped(reason: DropReason): void {
    this.#dropped[reason]++
  }

  snapshot(in_progress: number, remembered_replies: number): ServerStats {
    return {
      received: byName(this.#received),
      sent: byName(this.#sent),
      dropped: { ...this.#dropped },
      duplicates_resent: this.duplicates_resent,
      socket_errors: this.socket_errors,
      in_progress,
      remembered_replies,
    }
  }
}

function byName(counts: Float64Array): Partial<Record<CodeName, number>> {
  const named: Partial<Record<CodeName, number>> = {}
  counts.forEach((count, code) => {
    const name = codeName(code)
    if (name && count > 0) named[name] = count
  })
  return named
}
