import type { RemoteInfo, Socket } from 'node:dgram'
import { isIP, isIPv6 } from 'node:net'
import { decode } from './decode.ts'
import { unmappedAddress } from './ip.ts'
import type { RadiusPacket } from './packet.ts'
import type { Secret } from './secret.ts'
import { closeUdpSocket, openUdpSocket } from './udp-socket.ts'
import { messageAuthenticatorMatches, responseAuthenticatorMatches } from './verify.ts'

/** Whom a request is sent to: an IP address (not a name), a UDP port, and the secret shared with it. */
export type Peer = { host: string; port: number; secret: Secret }

export type ExchangeOptions = {
  /** Local address to send from; any by default. */
  bind_address?: string | undefined
  /** Local port; any free one by default. */
  bind_port?: number | undefined
  /** Requests to one peer at a time; more wait their turn. At most 256, the number of identifiers. */
  concurrency_per_peer: number
  /** Requests that may wait for one peer; beyond this send() rejects. */
  waiting_per_peer_max: number
}

/** How one request went. `packet` is undefined when no valid reply came in time. */
export type ExchangeOutcome = {
  packet: RadiusPacket | undefined
  /** 16 bytes, with which hidden attributes of the reply are revealed. */
  request_authenticator: Buffer
  transmissions: number
}

type Pending = {
  peer: Peer
  encode: (identifier: number) => Buffer
  reply_codes: readonly number[]
  schedule_ms: readonly number[]
  resolve: (outcome: ExchangeOutcome) => void
  reject: (error: Error) => void
}

type InFlight = Pending & { bytes: Buffer; transmissions: number; timer: NodeJS.Timeout | undefined }

type PeerState = { in_flight: Map<number, InFlight>; waiting: Pending[]; next_identifier: number }

/** Idle peers are forgotten beyond this many. */
const peers_max = 10_000

/**
 * The client's side of RADIUS over one UDP socket: gives each request an identifier that no other request in
 * flight to the same peer has, sends it again by a schedule with the same bytes (RFC 5080 §2.2.1), and
 * accepts only a reply from that peer whose authenticator, and Message-Authenticator if any, fit the request.
 */
export class Exchange {
  readonly #options: ExchangeOptions
  readonly #peers = new Map<string, PeerState>()
  #opening: Promise<Socket> | undefined
  #socket: Socket | undefined
  #is_closed = false

  constructor(options: ExchangeOptions) {
    if (options.concurrency_per_peer < 1 || options.concurrency_per_peer > 256) {
      throw new RangeError('A RADIUS client can have 1 to 256 requests in flight to one peer.')
    }
    this.#options = options
  }

  /**
   * Sends what `encode` makes for an identifier and waits for a reply with one of `reply_codes`.
   * `schedule_ms` is the wait after each transmission: three numbers mean up to three transmissions. Rejects
   * when the socket cannot be opened, the queue is full, the request cannot be encoded, or the exchange is
   * closed.
   */
  async send(
    peer: Peer,
    encode: (identifier: number) => Buffer,
    reply_codes: readonly number[],
    schedule_ms: readonly number[],
  ): Promise<ExchangeOutcome> {
    if (isIP(peer.host) === 0) throw new Error(`${peer.host} is not an IP address.`)
    if (schedule_ms.length === 0) throw new Error('The schedule must allow for at least one transmission.')
    if (this.#is_closed) throw closedError()
    this.#socket ??= await this.#open(peer.host)
    const state = this.#peerState(peer)
    if (state.waiting.length >= this.#options.waiting_per_peer_max) {
      throw new Error(`Too many requests are waiting for ${peer.host}.`)
    }
    return new Promise((resolve, reject) => {
      state.waiting.push({ peer, encode, reply_codes, schedule_ms, resolve, reject })
      this.#startWaiting(state)
    })
  }

  /** Closes the socket; requests in flight and waiting are rejected. */
  async close(): Promise<void> {
    if (this.#is_closed) return
    this.#is_closed = true
    const error = closedError()
    for (const state of this.#peers.values()) {
      for (const request of state.in_flight.values()) clearTimeout(request.timer)
      for (const request of [...state.in_flight.values(), ...state.waiting]) request.reject(error)
    }
    this.#peers.clear()
    const socket = await this.#opening?.catch(() => undefined)
    if (socket) await closeUdpSocket(socket)
  }

  async #open(peer_host: string): Promise<Socket> {
    this.#opening ??= openUdpSocket({
      host: this.#options.bind_address ?? (isIPv6(peer_host) ? '::' : '0.0.0.0'),
      port: this.#options.bind_port ?? 0,
      on_message: (datagram, from) => this.#receive(datagram, from),
      // An unreachable peer shows as a timeout of its own requests.
      on_error: () => {},
    })
    const socket = await this.#opening.catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    if (this.#is_closed) throw closedError()
    return socket
  }

  #peerState({ host, port }: Peer): PeerState {
    const key = `${host} ${port}`
    let state = this.#peers.get(key)
    if (!state) {
      if (this.#peers.size >= peers_max) this.#forgetIdlePeers()
      state = { in_flight: new Map(), waiting: [], next_identifier: Math.floor(Math.random() * 256) }
      this.#peers.set(key, state)
    }
    return state
  }

  #forgetIdlePeers(): void {
    for (const [key, state] of this.#peers) if (state.in_flight.size === 0) this.#peers.delete(key)
  }

  #startWaiting(state: PeerState): void {
    while (state.in_flight.size < this.#options.concurrency_per_peer) {
      const pending = state.waiting.shift()
      if (!pending) return
      const identifier = freeIdentifier(state)
      let bytes: Buffer
      try {
        bytes = pending.encode(identifier)
      } catch (error) {
        pending.reject(error instanceof Error ? error : new Error(String(error)))
        continue
      }
      const request: InFlight = { ...pending, bytes, transmissions: 0, timer: undefined }
      state.in_flight.set(identifier, request)
      this.#transmit(state, identifier, request)
    }
  }

  #transmit(state: PeerState, identifier: number, request: InFlight): void {
    const wait_ms = request.schedule_ms[request.transmissions]
    if (wait_ms === undefined) return this.#finish(state, identifier, request, undefined)
    request.transmissions++
    this.#socket?.send(request.bytes, request.peer.port, request.peer.host, () => {})
    request.timer = setTimeout(() => this.#transmit(state, identifier, request), wait_ms)
  }

  #receive(datagram: Buffer, from: RemoteInfo): void {
    const state = this.#peers.get(`${unmappedAddress(from.address)} ${from.port}`)
    const packet = decode(datagram)
    if (!state || typeof packet === 'string') return
    const request = state.in_flight.get(packet.identifier)
    if (request && isReplyTo(request, packet)) this.#finish(state, packet.identifier, request, packet)
  }

  #finish(state: PeerState, identifier: number, request: InFlight, packet: RadiusPacket | undefined): void {
    clearTimeout(request.timer)
    state.in_flight.delete(identifier)
    request.resolve({
      packet,
      request_authenticator: request.bytes.subarray(4, 20),
      transmissions: request.transmissions,
    })
    this.#startWaiting(state)
  }
}

/**
 * Goes round all identifiers, so that a late reply to an old request rarely meets a new one of the same
 * number.
 */
function freeIdentifier(state: PeerState): number {
  while (state.in_flight.has(state.next_identifier))
    state.next_identifier = (state.next_identifier + 1) & 0xff
  const identifier = state.next_identifier
  state.next_identifier = (identifier + 1) & 0xff
  return identifier
}

function isReplyTo(request: InFlight, packet: RadiusPacket): boolean {
  const { secret } = request.peer
  const authenticator = request.bytes.subarray(4, 20)
  return (
    request.reply_codes.includes(packet.code) &&
    responseAuthenticatorMatches(packet, authenticator, secret) &&
    (packet.message_authenticator_at === 0 || messageAuthenticatorMatches(packet, secret, authenticator))
  )
}

function closedError(): Error {
  return new Error('This RADIUS client was closed.')
}
