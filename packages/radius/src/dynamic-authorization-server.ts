import type { RemoteInfo, Socket } from 'node:dgram'
import { code } from './codes.ts'
import { decode } from './decode.ts'
import { DuplicateCache } from './duplicates.ts'
import { encodeReply } from './encode.ts'
import type { RadiusPacket } from './packet.ts'
import type { Secret } from './secret.ts'
import { closeUdpSocket, openUdpSocket } from './udp-socket.ts'
import { messageAuthenticatorMatches, requestAuthenticatorMatches } from './verify.ts'

export type DynamicAuthorizationRequest = {
  kind: 'disconnect' | 'change_of_authorization'
  packet: RadiusPacket
  source_ip: string
}

/**
 * `ack`; or a NAK with an Error-Cause by number or name, e.g. `{ error_cause: 503 }`; or null for silence.
 */
export type DynamicAuthorizationDecision = 'ack' | { error_cause: number | string } | null

export type DynamicAuthorizationServer = {
  readonly port: number
  /** Requests answered, and those dropped as unreadable, of the wrong secret, stale or declined. */
  stats(): { acked: number; naked: number; dropped: number; duplicates: number }
  close(): Promise<void>
}

/**
 * The NAS's side of RFC 5176: verifies Disconnect and CoA requests and answers what `on_request` decides.
 * Requests with an Event-Timestamp more than `clock_skew_max_s` (300) away are dropped as replays (§6.3).
 */
export async function createDynamicAuthorizationServer(options: {
  host?: string
  /** Default 3799; 0 for any free port. */
  port?: number
  secret: Secret
  on_request: (
    request: DynamicAuthorizationRequest,
  ) => DynamicAuthorizationDecision | Promise<DynamicAuthorizationDecision>
  /** What on_request threw; the request stays unanswered. */
  on_error?: (error: unknown) => void
  clock_skew_max_s?: number
  /** Milliseconds since 1970; default Date.now. */
  now?: () => number
}): Promise<DynamicAuthorizationServer> {
  const { secret } = options
  const now = options.now ?? Date.now
  const clock_skew_max_s = options.clock_skew_max_s ?? 300
  const counts = { acked: 0, naked: 0, dropped: 0, duplicates: 0 }
  const duplicates = new DuplicateCache(15_000, 10_000)

  const receive = async (datagram: Buffer, from: RemoteInfo, socket: Socket): Promise<void> => {
    const packet = decode(datagram)
    if (typeof packet === 'string' || !isGenuine(packet, secret) || !isFresh(packet)) {
      counts.dropped++
      return
    }
    const known = duplicates.find(packet, from.address, from.port, now())
    if (known) {
      counts.duplicates++
      if (known.reply) socket.send(known.reply, from.port, from.address)
      return
    }
    const remembered = duplicates.begin(packet, from.address, from.port)
    try {
      const kind = packet.code === code.disconnect_request ? 'disconnect' : 'change_of_authorization'
      const decision = await options.on_request({ kind, packet, source_ip: from.address })
      if (decision === null) {
        duplicates.forget(remembered)
        counts.dropped++
        return
      }
      const reply = encodeDecision(packet, decision, secret)
      duplicates.answered(remembered, reply, now())
      if (decision === 'ack') counts.acked++
      else counts.naked++
      if (!is_closed) socket.send(reply, from.port, from.address)
    } catch (error) {
      duplicates.forget(remembered)
      counts.dropped++
      options.on_error?.(error)
    }
  }

  const isFresh = (packet: RadiusPacket): boolean => {
    const sent_at_s = packet.u32('Event-Timestamp')
    return sent_at_s === undefined || Math.abs(now() / 1_000 - sent_at_s) <= clock_skew_max_s
  }

  let is_closed = false
  const socket = await openUdpSocket({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 3799,
    on_message: (datagram, from, its_socket) => void receive(datagram, from, its_socket),
    on_error: () => {},
  })
  return {
    port: socket.address().port,
    stats: () => ({ ...counts }),
    close: () => {
      is_closed = true
      return closeUdpSocket(socket)
    },
  }
}

function isGenuine(packet: RadiusPacket, secret: Secret): boolean {
  if (packet.code !== code.disconnect_request && packet.code !== code.coa_request) return false
  if (!requestAuthenticatorMatches(packet, secret)) return false
  return packet.message_authenticator_at === 0 || messageAuthenticatorMatches(packet, secret)
}

/** ACK and NAK codes follow their request's code: 40 → 41, 42 and 43 → 44, 45. */
function encodeDecision(
  request: RadiusPacket,
  decision: 'ack' | { error_cause: number | string },
  secret: Secret,
): Buffer {
  const message_authenticator = request.message_authenticator_at !== 0
  if (decision === 'ack')
    return encodeReply({ code: request.code + 1, request, secret, message_authenticator })
  const attributes = { 'Error-Cause': decision.error_cause }
  return encodeReply({ code: request.code + 2, request, secret, attributes, message_authenticator })
}
