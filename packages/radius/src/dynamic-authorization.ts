import { code } from './codes.ts'
import { encodeRequest } from './encode.ts'
import { Exchange } from './exchange.ts'
import { valueName } from './named-values.ts'
import type { RadiusPacket } from './packet.ts'
import type { AttributeList } from './packet-builder.ts'
import type { Secret } from './secret.ts'

/** A NAS that takes Disconnect and CoA requests (RFC 5176). */
export type DynamicAuthorizationTarget = {
  /** An IP address. */
  host: string
  /** UDP port, 3799 by default. */
  port?: number
  secret: Secret
  /** Sign with Message-Authenticator. Some NASes demand it, some old ones refuse it. Default false. */
  message_authenticator?: boolean
  /** Add Event-Timestamp, which protects against replay where the NAS's clock is right. Default false. */
  event_timestamp?: boolean
}

export type DynamicAuthorizationOutcome = {
  result: 'ack' | 'nak' | 'timeout'
  /** Error-Cause of a NAK, e.g. 503, and its name, e.g. `Session-Context-Not-Found`. */
  error_cause?: number
  error_cause_name?: string
  /** The reply; absent after a timeout. */
  packet?: RadiusPacket
  transmissions: number
  elapsed_ms: number
}

export type DynamicAuthorizationClient = {
  /** Ends a session. The attributes identify it, e.g. User-Name and Acct-Session-Id. */
  disconnect(
    target: DynamicAuthorizationTarget,
    attributes: AttributeList,
  ): Promise<DynamicAuthorizationOutcome>
  /** Changes a running session: the identifying attributes, and those to change. */
  changeOfAuthorization(
    target: DynamicAuthorizationTarget,
    attributes: AttributeList,
  ): Promise<DynamicAuthorizationOutcome>
  /** Closes the socket; requests not yet answered are rejected. */
  close(): Promise<void>
}

/**
 * A client for CoA and Disconnect requests to many NASes over one socket. `schedule_ms` is the wait after
 * each transmission, by default 1, 2 and 4 seconds: three transmissions, and a timeout after seven seconds.
 */
export function createDynamicAuthorizationClient(
  options: {
    bind_address?: string
    bind_port?: number
    schedule_ms?: readonly number[]
    /** Requests to one NAS at a time; default 16. */
    concurrency_per_nas?: number
    /** Requests that may wait for one NAS; default 10,000. */
    waiting_per_nas_max?: number
    /** Milliseconds since 1970, for Event-Timestamp; default Date.now. */
    now?: () => number
  } = {},
): DynamicAuthorizationClient {
  const now = options.now ?? Date.now
  const schedule_ms = options.schedule_ms ?? [1_000, 2_000, 4_000]
  const exchange = new Exchange({
    bind_address: options.bind_address,
    bind_port: options.bind_port,
    concurrency_per_peer: options.concurrency_per_nas ?? 16,
    waiting_per_peer_max: options.waiting_per_nas_max ?? 10_000,
  })

  const request = async (
    codes: { request: number; ack: number; nak: number },
    target: DynamicAuthorizationTarget,
    attributes: AttributeList,
  ): Promise<DynamicAuthorizationOutcome> => {
    const { host, port = 3799, secret } = target
    const began_at_ms = performance.now()
    const encode = (identifier: number): Buffer =>
      encodeRequest({
        code: codes.request,
        identifier,
        secret,
        attributes: target.event_timestamp ? withTimestamp(attributes, now()) : attributes,
        message_authenticator: target.message_authenticator ?? false,
      })
    const { packet, transmissions } = await exchange.send(
      { host, port, secret },
      encode,
      [codes.ack, codes.nak],
      schedule_ms,
    )
    const elapsed_ms = performance.now() - began_at_ms
    if (!packet) return { result: 'timeout', transmissions, elapsed_ms }
    if (packet.code === codes.ack) return { result: 'ack', packet, transmissions, elapsed_ms }
    return { result: 'nak', ...errorCause(packet), packet, transmissions, elapsed_ms }
  }

  return {
    disconnect: (target, attributes) => request(disconnect_codes, target, attributes),
    changeOfAuthorization: (target, attributes) => request(coa_codes, target, attributes),
    close: () => exchange.close(),
  }
}

const disconnect_codes = {
  request: code.disconnect_request,
  ack: code.disconnect_ack,
  nak: code.disconnect_nak,
} as const
const coa_codes = { request: code.coa_request, ack: code.coa_ack, nak: code.coa_nak } as const

function errorCause(packet: RadiusPacket): { error_cause?: number; error_cause_name?: string } {
  const error_cause = packet.u32('Error-Cause')
  if (error_cause === undefined) return {}
  const error_cause_name = valueName('Error-Cause', error_cause)
  return error_cause_name === undefined ? { error_cause } : { error_cause, error_cause_name }
}

function withTimestamp(attributes: AttributeList, now_ms: number): AttributeList {
  const timestamp = ['Event-Timestamp', Math.floor(now_ms / 1_000)] as const
  return Array.isArray(attributes)
    ? [...attributes, timestamp]
    : { ...attributes, [timestamp[0]]: timestamp[1] }
}
