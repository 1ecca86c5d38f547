import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { replaceFile } from './files.ts'
import type { Layout } from './layout.ts'
import { clusterMark } from './leftovers.ts'
import type { RunAs } from './run-as.ts'
import { commandAs } from './run-as.ts'

/** One PostgreSQL process, from its start to its end. */
export class Server {
  ended = false
  /** Resolves with a sentence if it ends without `stop`. */
  readonly died: Promise<string>
  readonly #child: ChildProcess
  readonly #layout: Layout
  #stopping = false

  constructor(layout: Layout, binaries: Binaries, way: RunAs) {
    this.#layout = layout
    const args = ['-D', layout.data, '-c', `cluster_name=${clusterMark(layout.data)}`]
    const [command, words, identity] = commandAs(way, binaries.postgres, args)
    // A file and not a pipe, which would break when we are killed and PostgreSQL lives on for a moment.
    replaceFile(layout.start_log, '')
    const said = openSync(
      layout.start_log,
      constants.O_WRONLY | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0),
    )
    // A session of its own: Ctrl-C reaches us and not PostgreSQL, which we stop when our work is drained.
    this.#child = spawn(command, words, { ...identity, detached: true, stdio: ['ignore', said, said] })
    closeSync(said)
    this.#child.unref()
    const last_resort = (): void => void this.#child.kill('SIGINT')
    process.once('exit', last_resort)
    this.died = new Promise((resolve) => {
      const end = (): void => {
        this.ended = true
        process.off('exit', last_resort)
        if (!this.#stopping) resolve(`PostgreSQL ended by itself. Its log is in ${layout.log}.`)
      }
      this.#child.once('exit', end)
      this.#child.once('error', end)
    })
  }

  async stop(): Promise<void> {
    this.#stopping = true
    if (this.ended) return
    this.#child.ref()
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGINT')
    // A large last checkpoint may take its time. Past this it ends at once, and the next start recovers.
    const give_up = setTimeout(() => this.#child.kill('SIGQUIT'), 60_000)
    await exit
    clearTimeout(give_up)
  }

  /** What it gave as the reason for not starting, before its log files were open or in them; '' for nothing. */
  lastWords(): string {
    const before = readFileSync(this.#layout.start_log, 'utf8').split('\n')
    const logs = readdirSync(this.#layout.log).map((name) =>
      readFileSync(join(this.#layout.log, name), 'utf8'),
    )
    const after = logs
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.includes(`[${this.#child.pid}]`))
    const complaints = [...before, ...after].filter((line) => /FATAL|PANIC|error/.test(line))
    return (complaints.at(-1) ?? '').replace(/^.*?(FATAL|PANIC):\s*/, '')
  }
}
