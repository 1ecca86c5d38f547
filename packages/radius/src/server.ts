import type { Socket } from 'node:dgram'
import type { ClientCandidate } from './admission.ts'
import { code } from './codes.ts'
import type { RadiusPacket } from './packet.ts'
import type { AttributeList } from './packet-builder.ts'
import { RequestPipeline } from './request-pipeline.ts'
import type { DropReason, ServerStats } from './server-counters.ts'
import { closeUdpSocket, openUdpSocket } from './udp-socket.ts'

/** A request that has been admitted. */
export type ServerRequest<C extends ClientCandidate = ClientCandidate> = {
  packet: RadiusPacket
  /**
   * The clients whose secret fits, at least one. More than one only where secrets are shared, or where an
   * Access-Request came unsigned; the handler then finds out which it is, e.g. by NAS-Identifier or by the
   * customer's login.
   */
  candidates: readonly C[]
  source_ip: string
  source_port: number
  received_at_ms: number
}

export type AccessReply<C extends ClientCandidate = ClientCandidate> = {
  code: 'accept' | 'reject' | 'challenge'
  attributes?: AttributeList | undefined
  /** Attributes in wire form (`encodeAttributes`), put after `attributes`. */
  encoded_attributes?: Uint8Array | undefined
  /** The client meant, one of the request's candidates; may be left out when there was only one. */
  candidate?: C | undefined
}

export type RadiusServerOptions<C extends ClientCandidate = ClientCandidate> = {
  /** Address to listen on; default 127.0.0.1. `::` serves IPv4 too. */
  host?: string
  /** UDP ports, 1812 and 1813 by default; 0 for any free port. */
  auth_port?: number
  acct_port?: number
  /** Lets several processes serve the same ports. */
  reuse_port?: boolean
  /**
   * The clients that may use a source address; undefined or empty for a stranger. Called for each new
   * request.
   */
  lookup_client: (source_ip: string, packet: RadiusPacket) => readonly C[] | undefined
  /** Decides an Access-Request; null to stay silent. */
  on_access: (request: ServerRequest<C>) => AccessReply<C> | null | Promise<AccessReply<C> | null>
  /** Takes an Accounting-Request: `ack` once it is saved, `drop` to have the NAS send it again. */
  on_accounting: (request: ServerRequest<C>) => 'ack' | 'drop' | Promise<'ack' | 'drop'>
  /** A client of policy `auto` signed for the first time; from now on it must. Store this as `yes`. */
  on_client_latched?: (id: string) => void
  /** Told of each packet left unanswered, e.g. to raise one alert a source. Must be quick. */
  on_drop?: (reason: DropReason, source_ip: string) => void
  /**
   * What lookup_client (no request yet) or a handler threw, or why a reply could not be written. The server
   * itself only counts. Must not throw.
   */
  on_error?: (error: unknown, request: ServerRequest<C> | undefined) => void
  /**
   * Requests being decided at the same time; beyond this the server stays silent and NASes retry. Default
   * 10,000.
   */
  in_progress_max?: number
  /** How long a reply is kept for retransmissions. Default 5,000. */
  remember_replies_ms?: number
  /** Default 100,000. */
  remembered_replies_max?: number
  /**
   * A handler that takes longer than this is given up, since its NAS has long given up too. Default 30,000.
   */
  handler_timeout_ms?: number
  /** Milliseconds of a clock; default Date.now. */
  now?: () => number
}

export type RadiusServer = {
  readonly auth_port: number
  readonly acct_port: number
  stats(): ServerStats
  /** Lets a client of policy `auto` come unsigned again. */
  releaseLatch(id: string): void
  /**
   * Takes no new requests, answers those in progress for up to `grace_ms` (default 2,000), closes the
   * sockets.
   */
  close(grace_ms?: number): Promise<void>
}

/** Listens for RADIUS on two UDP ports. Rejects when a port cannot be opened. */
export async function createRadiusServer<C extends ClientCandidate>(
  options: RadiusServerOptions<C>,
): Promise<RadiusServer> {
  const pipeline = new RequestPipeline(options)
  const open = (port: number, request_code: number): Promise<Socket> =>
    openUdpSocket({
      host: options.host ?? '127.0.0.1',
      port,
      reuse_port: options.reuse_port ?? false,
      on_message: (datagram, from, socket) => pipeline.receive(datagram, from, socket, request_code),
      on_error: () => pipeline.socketFailed(),
    })
  const auth = await open(options.auth_port ?? 1812, code.access_request)
  const acct = await open(options.acct_port ?? 1813, code.accounting_request).catch(
    async (error: unknown) => {
      await closeUdpSocket(auth)
      throw error
    },
  )
  return {
    auth_port: auth.address().port,
    acct_port: acct.address().port,
    stats: () => pipeline.stats(),
    releaseLatch: (id) => pipeline.releaseLatch(id),
    close: async (grace_ms = 2_000) => {
      await pipeline.drain(grace_ms)
      await Promise.all([closeUdpSocket(auth), closeUdpSocket(acct)])
    },
  }
}
