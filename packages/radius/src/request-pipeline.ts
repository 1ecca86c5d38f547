import type { RemoteInfo, Socket } from 'node:dgram'
import { admit, type ClientCandidate, SignatureLatch } from './admission.ts'
import { code } from './codes.ts'
import { decode } from './decode.ts'
import { DuplicateCache, type RememberedRequest } from './duplicates.ts'
import { encodeReply } from './encode.ts'
import { unmappedAddress } from './ip.ts'
import type { RadiusPacket } from './packet.ts'
import { type DropReason, ServerCounters, type ServerStats } from './server-counters.ts'
import type { AccessReply, RadiusServerOptions, ServerRequest } from './server.ts'

/** A request handed to a handler, and where its reply goes. */
type Job<C extends ClientCandidate> = {
  request: ServerRequest<C>
  remembered: RememberedRequest
  socket: Socket
  from: RemoteInfo
}

const reply_codes = {
  accept: code.access_accept,
  reject: code.access_reject,
  challenge: code.access_challenge,
} as const

/** What happens to a datagram: decode, recognise a repetition, find and verify the client, decide, reply. */
export class RequestPipeline<C extends ClientCandidate> {
  readonly #options: RadiusServerOptions<C>
  readonly #counters = new ServerCounters()
  readonly #latch: SignatureLatch
  readonly #duplicates: DuplicateCache
  readonly #in_progress_max: number
  readonly #now: () => number
  /** In the order in which they began. */
  readonly #in_progress = new Set<Job<C>>()
  readonly #timer: NodeJS.Timeout
  #on_drained: (() => void) | undefined

  constructor(options: RadiusServerOptions<C>) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#in_progress_max = options.in_progress_max ?? 10_000
    this.#latch = new SignatureLatch((id) => options.on_client_latched?.(id))
    this.#duplicates = new DuplicateCache(
      options.remember_replies_ms ?? 5_000,
      options.remembered_replies_max ?? 100_000,
    )
    const timeout_ms = options.handler_timeout_ms ?? 30_000
    this.#timer = setInterval(() => this.#giveUpOn(timeout_ms), Math.min(1_000, timeout_ms)).unref()
  }

  stats(): ServerStats {
    return this.#counters.snapshot(this.#in_progress.size, this.#duplicates.reply_count)
  }

  releaseLatch(id: string): void {
    this.#latch.release(id)
  }

  socketFailed(): void {
    this.#counters.socket_errors++
  }

  /**
   * Takes no further requests and waits for those in progress, at most `grace_ms`; what is left is given up.
   */
  async drain(grace_ms: number): Promise<void> {
    if (this.#in_progress.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, grace_ms)
        this.#on_drained = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#on_drained = () => {}
    this.#in_progress.clear()
    clearInterval(this.#timer)
  }

  /** `request_code` is what the port is for; Status-Server is answered on every port. */
  receive(datagram: Buffer, from: RemoteInfo, socket: Socket, request_code: number): void {
    try {
      const reason = this.#receive(datagram, from, socket, request_code)
      if (reason) this.#drop(reason, from)
    } catch (error) {
      this.#drop('handler_failed', from)
      this.#options.on_error?.(error, undefined)
    }
  }

  #receive(datagram: Buffer, from: RemoteInfo, socket: Socket, request_code: number): DropReason | undefined {
    const packet = decode(datagram)
    if (typeof packet === 'string') return packet
    this.#counters.received(packet.code)
    if (this.#on_drained) return 'closing'
    const is_status = packet.code === code.status_server
    if (packet.code !== request_code && !is_status) return 'unexpected_code'

    const now_ms = this.#now()
    const source_ip = unmappedAddress(from.address)
    const known = this.#duplicates.find(packet, source_ip, from.port, now_ms)
    if (known) return this.#repeat(known, socket, from)

    const candidates = this.#options.lookup_client(source_ip, packet)
    if (!candidates || candidates.length === 0) return 'unknown_client'
    const admitted = admit(packet, candidates, this.#latch)
    if (typeof admitted === 'string') return admitted
    if (is_status) {
      this.#answerStatus(packet, admitted[0]!, request_code, socket, from)
      return undefined
    }
    if (this.#in_progress.size >= this.#in_progress_max) return 'overloaded'
    this.#handle({
      request: { packet, candidates: admitted, source_ip, source_port: from.port, received_at_ms: now_ms },
      remembered: this.#duplicates.begin(packet, source_ip, from.port),
      socket,
      from,
    })
    return undefined
  }

  #repeat(known: RememberedRequest, socket: Socket, from: RemoteInfo): DropReason | undefined {
    if (!known.reply) return 'duplicate_in_progress'
    this.#counters.duplicates_resent++
    this.#send(known.reply, socket, from)
    return undefined
  }

  /** RFC 5997 §3: an empty reply of the kind that the port gives. */
  #answerStatus(
    packet: RadiusPacket,
    client: C,
    request_code: number,
    socket: Socket,
    from: RemoteInfo,
  ): void {
    const reply_code = request_code === code.access_request ? code.access_accept : code.accounting_response
    this.#send(encodeReply({ code: reply_code, request: packet, secret: client.secret }), socket, from)
  }

  #handle(job: Job<C>): void {
    this.#in_progress.add(job)
    try {
      if (job.request.packet.code === code.access_request) this.#handleAccess(job)
      else this.#handleAccounting(job)
    } catch (error) {
      this.#fail(job, error)
    }
  }

  /** A handler may answer at once, which spares a promise, or later. */
  #handleAccess(job: Job<C>): void {
    const reply = this.#options.on_access(job.request)
    if (!isPromise(reply)) return this.#answerAccess(job, reply)
    reply.then(
      (decided) => this.#answerAccess(job, decided),
      (error: unknown) => this.#fail(job, error),
    )
  }

  #handleAccounting(job: Job<C>): void {
    const outcome = this.#options.on_accounting(job.request)
    if (!isPromise(outcome)) return this.#answerAccounting(job, outcome)
    outcome.then(
      (decided) => this.#answerAccounting(job, decided),
      (error: unknown) => this.#fail(job, error),
    )
  }

  #answerAccess(job: Job<C>, reply: AccessReply<C> | null): void {
    if (!this.#finish(job)) return
    if (!reply) return this.#leaveUnanswered(job, 'declined_by_handler')
    const { packet } = job.request
    this.#reply(job, () => {
      const client = chosenClient(job.request, reply)
      if (packet.message_authenticator_at !== 0) this.#latch.signed(client)
      return encodeReply({
        code: reply_codes[reply.code],
        request: packet,
        secret: client.secret,
        attributes: reply.attributes,
        encoded_attributes: reply.encoded_attributes,
      })
    })
  }

  #answerAccounting(job: Job<C>, outcome: 'ack' | 'drop'): void {
    if (!this.#finish(job)) return
    if (outcome !== 'ack') return this.#leaveUnanswered(job, 'declined_by_handler')
    const { packet, candidates } = job.request
    // All candidates verified the same packet, so that they have the same secret.
    const { secret } = candidates[0]!
    this.#reply(job, () => encodeReply({ code: code.accounting_response, request: packet, secret }))
  }

  #reply(job: Job<C>, encode: () => Buffer): void {
    let reply: Buffer
    try {
      reply = encode()
    } catch (error) {
      this.#leaveUnanswered(job, 'reply_not_encodable')
      this.#options.on_error?.(error, job.request)
      return
    }
    this.#duplicates.answered(job.remembered, reply, this.#now())
    this.#send(reply, job.socket, job.from)
  }

  #fail(job: Job<C>, error: unknown): void {
    if (!this.#finish(job)) return
    this.#leaveUnanswered(job, 'handler_failed')
    this.#options.on_error?.(error, job.request)
  }

  /** False when the job was given up before its handler came to an end. */
  #finish(job: Job<C>): boolean {
    const was_in_progress = this.#in_progress.delete(job)
    if (this.#in_progress.size === 0) this.#on_drained?.()
    return was_in_progress
  }

  #leaveUnanswered(job: Job<C>, reason: DropReason): void {
    this.#duplicates.forget(job.remembered)
    this.#drop(reason, job.from)
  }

  #giveUpOn(timeout_ms: number): void {
    const began_before_ms = this.#now() - timeout_ms
    for (const job of this.#in_progress) {
      if (job.request.received_at_ms > began_before_ms) return
      this.#finish(job)
      this.#leaveUnanswered(job, 'handler_timed_out')
    }
  }

  #drop(reason: DropReason, from: RemoteInfo): void {
    this.#counters.dropped(reason)
    this.#options.on_drop?.(reason, unmappedAddress(from.address))
  }

  #send(reply: Buffer, socket: Socket, to: RemoteInfo): void {
    this.#counters.sent(reply[0]!)
    socket.send(reply, to.port, to.address)
  }
}

function chosenClient<C extends ClientCandidate>(request: ServerRequest<C>, reply: AccessReply<C>): C {
  const { candidates, packet } = request
  if (reply.candidate) {
    if (candidates.includes(reply.candidate)) return reply.candidate
    throw new Error('The reply names a client that is not among the candidates of the request.')
  }
  // One that is signed was verified, so that all candidates left have the same secret.
  if (candidates.length === 1 || packet.message_authenticator_at !== 0) return candidates[0]!
  throw new Error('The reply must name which of several clients with this address it is for.')
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value
}
