import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { DocumentError } from './errors.ts'
import { documentData, documentName } from './templates.ts'
import type { DocumentTemplates } from './templates.ts'
import type { LayoutAnswer, LayoutRequest } from './messages.ts'

export interface DocumentRendererOptions {
  /** For one document, from the moment its turn comes. Default 20,000. */
  time_limit_ms?: number
  /** How long the layout process is kept without work. Default 60,000. */
  idle_ms?: number
  /** Documents that may wait for their turn. Default 1,000. */
  queue_limit?: number
  /** Size of one document's data as JSON, in UTF-16 units. Default 1,000,000, which is about 6,000 lines. */
  size_limit?: number
  /** A layout process that holds more than this after a document is replaced by a new one. Default 512 MiB. */
  memory_limit_bytes?: number
  /** The layout process's file; tests put one here that breaks down. */
  layout_process?: URL
}

/**
 * Renders documents to PDF in one layout process, one after the other, in the order in which they were asked for.
 * The process starts with the first document and ends when there has been none for a while.
 */
export class DocumentRenderer {
  /** Since the start: documents done, processor time they took; and what the layout process holds now. */
  readonly usage = { documents: 0, cpu_ms: 0, memory_bytes: 0 }

  readonly #options: Required<DocumentRendererOptions>
  readonly #waiting: Job[] = []
  #current: Job | undefined
  #process: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false
  readonly #running = new Set<ChildProcess>()

  constructor(options: DocumentRendererOptions = {}) {
    this.#options = {
      time_limit_ms: 20_000,
      idle_ms: 60_000,
      queue_limit: 1_000,
      size_limit: 1_000_000,
      memory_limit_bytes: 512 * 1024 * 1024,
      layout_process: new URL('./layout_process.ts', import.meta.url),
      ...options,
    }
  }

  /**
   * The finished PDF (1.7, tagged, fonts embedded). The same data gives the same bytes.
   * Rejects with a `DocumentError`; see its codes.
   */
  renderDocument<T extends keyof DocumentTemplates>(
    template: T,
    data: DocumentTemplates[T],
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const { queue_limit, size_limit } = this.#options
      const name = documentName(template, data)
      if (this.#closed) throw closed()
      if (this.#waiting.length >= queue_limit) {
        const sentence = `${queue_limit} documents are already waiting to be rendered. Try again in a minute.`
        throw new DocumentError('document_queue_full', sentence)
      }
      const document = documentData(template, data)
      if (document.length > size_limit) {
        const sentence = `${name} has ${document.length} characters of data; at most ${size_limit} can be rendered.`
        throw new DocumentError('document_too_large', sentence)
      }
      this.#waiting.push({ name, request: { template, document }, resolve, reject })
      this.#next()
    })
  }

  /** Finishes the document in progress, refuses those that wait, and ends the layout process. */
  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.reject(closed())
    if (this.#current === undefined) this.#endProcess()
    await Promise.all([...this.#running].map((process) => once(process, 'exit')))
  }

  #next(): void {
    if (this.#current !== undefined) return
    clearTimeout(this.#timer)
    const job = this.#waiting.shift()
    if (job === undefined) return this.#rest()
    this.#current = job
    this.#process ??= this.#startProcess()
    keepAlive(this.#process, true)
    this.#timer = setTimeout(() => this.#giveUp(job), this.#options.time_limit_ms)
    this.#process.send(job.request)
  }

  /** Nothing to do: an idle layout process does not keep the server alive, and after a while it ends. */
  #rest(): void {
    if (this.#closed) return this.#endProcess()
    if (this.#process === undefined) return
    keepAlive(this.#process, false)
    this.#timer = setTimeout(() => this.#endProcess(), this.#options.idle_ms).unref()
  }

  #startProcess(): ChildProcess {
    const process = fork(fileURLToPath(this.#options.layout_process), [], {
      serialization: 'advanced',
      execArgv: [],
      // It needs none of the server's secrets.
      env: {},
    })
    this.#running.add(process)
    process.on('message', (answer: LayoutAnswer) => this.#answered(process, answer))
    process.on('error', (error) => this.#brokeDown(process, error.message))
    process.on('exit', (code, signal) => {
      this.#running.delete(process)
      this.#brokeDown(process, `it ended with ${signal ?? `code ${code}`}`)
    })
    return process
  }

  #answered(process: ChildProcess, answer: LayoutAnswer): void {
    const job = this.#current
    if (this.#process !== process || job === undefined) return
    this.#current = undefined
    this.usage.documents++
    this.usage.cpu_ms += answer.cpu_ms
    this.usage.memory_bytes = answer.memory_bytes
    if (answer.kind === 'rendered') job.resolve(answer.pdf)
    else job.reject(failed(job, answer.message))
    if (answer.memory_bytes > this.#options.memory_limit_bytes) this.#endProcess()
    this.#next()
  }

  /** The document in progress fails; the ones that wait go on in a new process. */
  #brokeDown(process: ChildProcess, fault: string): void {
    if (this.#process !== process) return
    const job = this.#current
    this.#forgetProcess()
    this.#current = undefined
    job?.reject(failed(job, `the layout process broke down, ${fault}`))
    this.#next()
  }

  #giveUp(job: Job): void {
    const process = this.#process
    this.#forgetProcess()
    this.#current = undefined
    process?.kill('SIGKILL')
    const sentence = `${job.name} was not rendered within ${this.#options.time_limit_ms / 1000} seconds.`
    job.reject(new DocumentError('document_too_slow', sentence))
    this.#next()
  }

  #endProcess(): void {
    const process = this.#process
    this.#forgetProcess()
    if (process === undefined) return
    // It ends at once, and `close` waits for it.
    keepAlive(process, true)
    if (process.connected) process.disconnect()
  }

  #forgetProcess(): void {
    clearTimeout(this.#timer)
    this.#process = undefined
    this.usage.memory_bytes = 0
  }
}

interface Job {
  /** For people: `The invoice INV-2026-00042`. */
  name: string
  request: LayoutRequest
  resolve: (pdf: Uint8Array) => void
  reject: (error: DocumentError) => void
}

function keepAlive(process: ChildProcess, alive: boolean): void {
  if (alive) {
    process.ref()
    process.channel?.ref()
  } else {
    process.unref()
    process.channel?.unref()
  }
}

function failed(job: Job, why: string): DocumentError {
  return new DocumentError('document_failed', `${job.name} could not be rendered: ${why}.`)
}

function closed(): DocumentError {
  return new DocumentError(
    'document_renderer_closed',
    'The server is stopping and renders no more documents.',
  )
}
