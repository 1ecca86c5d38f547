import { randomInt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { CannotStart } from './cannot-start.ts'
import { replaceFile } from './files.ts'

// Below the range that systems hand out for outgoing connections, above the well-known services.
const LOWEST = 20_000
const HIGHEST = 29_999

/** The port remembered in `path` if it is free, else another free one, which is remembered. */
export async function choosePort(path: string): Promise<number> {
  const remembered = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = attempt === 0 && isPort(remembered) ? remembered : randomInt(LOWEST, HIGHEST + 1)
    if (!(await isFree(port))) continue
    if (port !== remembered) replaceFile(path, `${port}\n`)
    return port
  }
  throw new CannotStart(`No free port for PostgreSQL between ${LOWEST} and ${HIGHEST} on 127.0.0.1.`)
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1024 && value <= 65_535
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
