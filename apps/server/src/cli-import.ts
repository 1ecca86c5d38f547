import { accessSync, constants, createReadStream, statSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { Failed } from './cli-failed.ts'

type Import = {
  id: string
  status: string
  /** Null until the file was read. */
  total: number | null
  done: number
  ok: number
  failed: number
  skipped: number
  /** Why none of it could be read. */
  problem: string | null
}

/** Sends a file to POST /imports and follows it to its end. The exit code is 1 when a row failed. */
export async function importFile(
  address: string,
  token: string,
  noun: string,
  file: string,
  options: { validateOnly?: boolean; mapping?: string; result?: string },
): Promise<void> {
  const length = sizeOf(file)
  const headers = { authorization: `Bearer ${token}` }
  const query = new URLSearchParams({
    noun,
    mode: options.validateOnly ? 'validate' : 'run',
    ...(options.mapping ? { mapping: options.mapping } : {}),
  })
  const started = await answer<Import>(
    await fetch(`${address}/api/v1/imports?${query}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/csv', 'content-length': String(length) },
      body: Readable.toWeb(createReadStream(file)) as ReadableStream,
      duplex: 'half',
    } as RequestInit),
  )
  let current = started
  while (!['done', 'failed', 'validated'].includes(current.status)) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    current = await answer<Import>(await fetch(`${address}/api/v1/imports/${started.id}`, { headers }))
    if (current.total !== null) process.stderr.write(`\r${current.done} of ${current.total} rows`)
  }
  process.stderr.write('\n')
  if (current.status === 'failed' && current.problem) throw new Failed(1, current.problem)
  const same = current.skipped > 0 ? `, ${current.skipped} as they were` : ''
  console.log(
    `${current.ok} rows ${options.validateOnly ? 'valid' : 'imported'}, ${current.failed} failed${same}.`,
  )
  if (options.result) {
    const result = await fetch(`${address}/api/v1/imports/${started.id}/result?format=csv`, { headers })
    const lines = Buffer.from(await result.arrayBuffer())
    attempting(`The result cannot be written to ${options.result}`, () =>
      writeFileSync(options.result!, lines),
    )
    console.log(`The result of every row is in ${options.result}.`)
  } else if (current.failed > 0) console.log('Say --result FILE to have what is wrong with each row.')
  if (current.failed > 0 || current.status === 'failed') process.exitCode = 1
}

function sizeOf(file: string): number {
  return attempting(`${file} cannot be read`, () => {
    accessSync(file, constants.R_OK)
    const found = statSync(file)
    if (!found.isFile()) throw new Failed(1, `${file} is not a file.`)
    return found.size
  })
}

/** What the operating system refuses, in a sentence that names the file. */
function attempting<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    // “ENOENT: no such file or directory, open '…'”
    throw new Failed(1, `${what}: ${/^\w+: ([^,]+)/.exec(error.message)?.[1] ?? error.message}.`)
  }
}

async function answer<T>(response: Response): Promise<T> {
  const body = (await response.json()) as T & { detail?: string }
  if (!response.ok) throw new Failed(1, body.detail ?? `The server answered ${response.status}.`)
  return body
}
