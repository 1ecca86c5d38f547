/**
 * Gathers what arrives while others are being dealt with, so that many requests share one trip to the database. At rest a request
 * waits for nothing but the end of the current turn of the event loop; under load batches grow by themselves. With `linger_ms` a batch
 * waits that long for company, unless it has as much already as the one before: routers that wait for an answer before they send on
 * come back in the number in which they were answered.
 */
export class Batcher<Request, Answer> {
  readonly #run: (requests: readonly Request[]) => Promise<readonly Answer[]>
  readonly #batch_max: number
  readonly #in_flight_max: number
  readonly #linger_ms: number
  #waiting: Waiting<Request, Answer>[] = []
  #in_flight = 0
  #timer: NodeJS.Timeout | undefined
  #soon = false
  #last_size = 0
  #idle: (() => void)[] = []

  /** `run` answers each request in order, or throws for all of them. */
  constructor(
    run: (requests: readonly Request[]) => Promise<readonly Answer[]>,
    limits: { batch_max: number; in_flight_max: number; linger_ms?: number },
  ) {
    this.#run = run
    this.#batch_max = limits.batch_max
    this.#in_flight_max = limits.in_flight_max
    this.#linger_ms = limits.linger_ms ?? 0
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
    if (this.#soon || this.#in_flight >= this.#in_flight_max) return
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
    if (this.#waiting.length > 0 && this.#in_flight < this.#in_flight_max) void this.#flush()
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#batch_max)
    this.#last_size = batch.length
    this.#in_flight++
    try {
      const answers = await this.#run(batch.map(({ request }) => request))
      batch.forEach(({ resolve }, n) => resolve(answers[n] as Answer))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    this.#in_flight--
    if (this.#waiting.length > 0) this.#schedule()
    else if (this.#in_flight === 0) for (const idle of this.#idle.splice(0)) idle()
  }
}

type Waiting<Request, Answer> = {
  request: Request
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}
