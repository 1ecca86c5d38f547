import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Absence of a peer leaves tests out, and is a failure where REQUIRE_PEERS=1 says that all must be there. */
export const peers_required = process.env.REQUIRE_PEERS === '1'

/** The path of a program, also where Debian puts servers and a user's PATH does not look. */
export function program(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

export const radclient = program('radclient')

/** Runs FreeRADIUS's radclient, which verifies the reply by itself, and answers what it prints. */
export function runRadclient(port: number, command: 'auth' | 'acct', lines: string | string[], secret = 'testing123'): Promise<string> {
  return new Promise((resolve) => {
    const args = ['-x', '-r', '2', '-t', '2', `127.0.0.1:${port}`, command, secret]
    const child = execFile(radclient ?? 'radclient', args, (_error, out, err) => resolve(out + err))
    child.stdin?.end(typeof lines === 'string' ? lines : lines.join('\n\n'))
  })
}
