/** How long nothing must have come before what waits is dealt with, the longest it may wait, and how much of it before others wait. */
const quiet_ms = 10
const late_ms = 1000
const room = 50_000
const batch_max = 500
const retry_ms = 1000

type Page<Item> = { id: string; items: readonly Item[]; since_ms: number }

/**
 * What is safe and is dealt with later, in order and many at a time: when nothing more comes in, or when it has waited for a second.
 * What fails is tried again for as long as it takes.
 */
export class Backlog<Item> {
  readonly #deal: (items: readonly Item[], ids: readonly string[]) => Promise<void>
  readonly #complain: (error: unknown) => void
  #pages: Page<Item>[] = []
  #size = 0
  #dealt = 0
  #hurried_until = 0
  #last_ms = 0
  #working = false
  #given_up = false
  #wake: (() => void) | undefined
  #waiting: { until: number; resolve: () => void }[] = []

  /** `deal` gets the items of whole pages, and the pages' ids. */
  constructor(
    deal: (items: readonly Item[], ids: readonly string[]) => Promise<void>,
    complain: (error: unknown) => void,
  ) {
    this.#deal = deal
    this.#complain = complain
  }

  /** How many items wait or are being dealt with. */
  get size(): number {
    return this.#size
  }

  add(id: string, items: readonly Item[]): void {
    this.#last_ms = performance.now()
    this.#pages.push({ id, items, since_ms: this.#last_ms })
    this.#size += items.length
    if (!this.#working) void this.#work()
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    if (this.#size >= room) await this.caughtUp()
  }

  /** Resolves when all that waits now has been dealt with, for which it then waits no longer. */
  async caughtUp(): Promise<void> {
    if (this.#size === 0) return
    const until = this.#dealt + this.#pages.length
    this.#hurried_until = Math.max(this.#hurried_until, until)
    this.#wake?.()
    await new Promise<void>((resolve) => this.#waiting.push({ until, resolve }))
  }

  /** Deals with all that waits, unless it fails. */
  async stop(): Promise<void> {
    this.#given_up = true
    await this.caughtUp()
  }

  async #work(): Promise<void> {
    this.#working = true
    while (this.#pages.length > 0) {
      const pause_ms = this.#pause_ms()
      if (pause_ms > 0) {
        await this.#sleep(pause_ms)
        continue
      }
      const pages = this.#next()
      const items = pages.flatMap((page) => page.items)
      try {
        await this.#deal(
          items,
          pages.map(({ id }) => id),
        )
      } catch (error) {
        this.#complain(error)
        if (this.#given_up) return this.#waiting.forEach(({ resolve }) => resolve())
        await this.#sleep(retry_ms)
        continue
      }
      this.#pages.splice(0, pages.length)
      this.#size -= items.length
      this.#dealt += pages.length
      for (const { until, resolve } of this.#waiting) if (until <= this.#dealt) resolve()
      this.#waiting = this.#waiting.filter(({ until }) => until > this.#dealt)
    }
    this.#working = false
  }

  #pause_ms(): number {
    const now_ms = performance.now()
    const overdue = this.#size >= room || now_ms - this.#pages[0]!.since_ms >= late_ms
    return overdue || this.#dealt < this.#hurried_until ? 0 : Math.ceil(quiet_ms - (now_ms - this.#last_ms))
  }

  #next(): Page<Item>[] {
    let [n, items] = [0, 0]
    while (n < this.#pages.length && (n === 0 || items + this.#pages[n]!.items.length <= batch_max))
      items += this.#pages[n++]!.items.length
    return this.#pages.slice(0, n)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      setTimeout(resolve, ms)
    })
  }
}
