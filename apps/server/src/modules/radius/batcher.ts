/**
 * Gathers what arrives while others are being dealt with, so that many requests share one trip to the database. At rest a request
 * waits for nothing but the end of the current turn of the event loop; under load batches grow by themselves. With `linger_ms` a batch
 * waits that long for company, unless it has as much already as the one before: routers that wait for an answer before they send on
 * come back in the number in which they were answered. With `key` no two batches have requests of one key at the same time; whoever
 * is free takes all others, since a trip for half as many costs nearly as much.
 */
export class Batcher<Request, Answer> {
  readonly #run: (requests: readonly Request[], lane: number) => Promise<readonly Answer[]>
  readonly #batch_max: number
  readonly #linger_ms: number
  readonly #key: ((request: Request) => string) | undefined
  readonly #busy = new Set<string>()
  readonly #free: number[]
  #waiting: Waiting<Request, Answer>[] = []
  #in_flight = 0
  #timer: NodeJS.Timeout | undefined
  #soon = false
  #last_size = 0
  #idle: (() => void)[] = []

  /** `run` answers each request in order, or throws for all of them. Lanes count from 0 to `in_flight_max` - 1. */
  constructor(
    run: (requests: readonly Request[], lane: number) => Promise<readonly Answer[]>,
    limits: {
      batch_max: number
      in_flight_max: number
      linger_ms?: number
      key?: (request: Request) => string
    },
  ) {
    this.#run = run
    this.#batch_max = limits.batch_max
    this.#linger_ms = limits.linger_ms ?? 0
    this.#key = limits.key
    this.#free = Array.from({ length: limits.in_flight_max }, (_, lane) => lane)
  }

  add(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves when nothing waits or is being dealt with. */
  async drained(): Promise<void> {
    if (this.#in_flight > 0 || this.#waiting.length > 0)
      await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #schedule(): void {
    if (this.#soon || this.#free.length === 0) return
    if (this.#linger_ms === 0 || (this.#last_size > 1 && this.#waiting.length >= this.#last_size)) {
      // Not at once: what the socket has received meanwhile is handed over in the same turn of the event loop.
      this.#soon = true
      setImmediate(() => this.#go())
    } else {
      this.#timer ??= setTimeout(() => this.#go(), this.#linger_ms)
    }
  }

  #go(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#soon = false
    const lane = this.#free.at(-1)
    if (lane === undefined) return
    const batch = this.#take()
    if (batch.length > 0) void this.#flush(batch, this.#free.pop()!)
  }

  /** All that waits, but for what another batch has in hand. */
  #take(): Waiting<Request, Answer>[] {
    const key = this.#key
    if (!key || this.#busy.size === 0) return this.#waiting.splice(0, this.#batch_max)
    const [batch, left]: Waiting<Request, Answer>[][] = [[], []]
    for (const one of this.#waiting)
      (batch!.length < this.#batch_max && !this.#busy.has(key(one.request)) ? batch! : left!).push(one)
    this.#waiting = left!
    return batch!
  }

  async #flush(batch: readonly Waiting<Request, Answer>[], lane: number): Promise<void> {
    this.#last_size = batch.length
    this.#in_flight++
    const key = this.#key
    const keys = key ? batch.map(({ request }) => key(request)) : []
    for (const one of keys) this.#busy.add(one)
    try {
      const answers = await this.#run(
        batch.map(({ request }) => request),
        lane,
      )
      batch.forEach(({ resolve }, n) => resolve(answers[n] as Answer))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    for (const one of keys) this.#busy.delete(one)
    this.#in_flight--
    this.#free.push(lane)
    if (this.#waiting.length > 0) this.#schedule()
    else if (this.#in_flight === 0) for (const idle of this.#idle.splice(0)) idle()
  }
}

type Waiting<Request, Answer> = {
  request: Request
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}
