import { code } from './codes.ts'
import { encodeRequest } from './encode.ts'
import { Exchange, type Peer } from './exchange.ts'
import type { RadiusPacket } from './packet.ts'
import type { AttributeList } from './packet-builder.ts'
import type { Secret } from './secret.ts'

export type RadiusClientOptions = {
  /** The server's IP address; default 127.0.0.1. */
  host?: string
  auth_port?: number
  acct_port?: number
  secret: Secret
  /** Local address to send from, e.g. 127.66.0.1 to stand for one of several NASes on one machine. */
  bind_address?: string
  /** The wait after each transmission; default 3 transmissions, 2 seconds each. */
  schedule_ms?: readonly number[]
  /** Sign Access-Requests with Message-Authenticator; default true. */
  message_authenticator?: boolean
}

export type AccessOutcome =
  | {
      result: 'accept' | 'reject' | 'challenge'
      packet: RadiusPacket
      /** 16 bytes, with which MPPE keys in the reply are revealed. */
      request_authenticator: Buffer
      transmissions: number
    }
  | { result: 'timeout'; transmissions: number }

export type AccountingOutcome =
  | { result: 'ack'; packet: RadiusPacket; transmissions: number }
  | { result: 'timeout'; transmissions: number }

export type RadiusClient = {
  /**
   * Sends an Access-Request. User-Password is given as plain text; for other methods spread
   * `chapCredentials`, `msChapCredentials` or `msChap2Credentials` into the attributes.
   */
  access(attributes: AttributeList): Promise<AccessOutcome>
  account(attributes: AttributeList): Promise<AccountingOutcome>
  /** Sends Status-Server to one of the two ports (RFC 5997). */
  status(port?: 'auth' | 'acct'): Promise<AccountingOutcome>
  close(): Promise<void>
}

/**
 * A NAS's side of RADIUS, for tests, checks and simulated NASes. Rejects only for local faults; silence is
 * `timeout`.
 */
export function createRadiusClient(options: RadiusClientOptions): RadiusClient {
  const { secret, host = '127.0.0.1', schedule_ms = [2_000, 2_000, 2_000] } = options
  const auth: Peer = { host, port: options.auth_port ?? 1812, secret }
  const acct: Peer = { host, port: options.acct_port ?? 1813, secret }
  const exchange = new Exchange({
    bind_address: options.bind_address,
    concurrency_per_peer: 256,
    waiting_per_peer_max: 100_000,
  })

  const acknowledged = async (
    peer: Peer,
    request_code: number,
    reply_code: number,
    attributes: AttributeList,
  ): Promise<AccountingOutcome> => {
    const { packet, transmissions } = await exchange.send(
      peer,
      (identifier) => encodeRequest({ code: request_code, identifier, secret, attributes }),
      [reply_code],
      schedule_ms,
    )
    return packet ? { result: 'ack', packet, transmissions } : { result: 'timeout', transmissions }
  }

  return {
    access: async (attributes) => {
      const message_authenticator = options.message_authenticator ?? true
      const { packet, request_authenticator, transmissions } = await exchange.send(
        auth,
        (identifier) =>
          encodeRequest({ code: code.access_request, identifier, secret, attributes, message_authenticator }),
        [code.access_accept, code.access_reject, code.access_challenge],
        schedule_ms,
      )
      return packet
        ? { result: access_results[packet.code] ?? 'reject', packet, request_authenticator, transmissions }
        : { result: 'timeout', transmissions }
    },
    account: (attributes) =>
      acknowledged(acct, code.accounting_request, code.accounting_response, attributes),
    status: (port = 'auth') =>
      port === 'auth'
        ? acknowledged(auth, code.status_server, code.access_accept, {})
        : acknowledged(acct, code.status_server, code.accounting_response, {}),
    close: () => exchange.close(),
  }
}

const access_results: { readonly [packet_code: number]: 'accept' | 'reject' | 'challenge' } = {
  [code.access_accept]: 'accept',
  [code.access_reject]: 'reject',
  [code.access_challenge]: 'challenge',
}
