import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client, TestIsp } from '../isp.ts'

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

export type Answer = { status: number; headers: Record<string, unknown>; bytes: Buffer; body: any }

/** Bytes in both directions, which the JSON client does not speak. */
export async function speak(
  isp: TestIsp,
  who: Client,
  method: 'GET' | 'POST' | 'HEAD',
  path: string,
  payload?: Buffer | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await isp.server.inject({
    method,
    url: `/api/v1${path}`,
    headers: { authorization: `Bearer ${who.token}`, ...headers },
    ...(payload === undefined ? {} : { payload }),
  })
  const json = /json/.test(String(response.headers['content-type'])) && path.split('?')[0] === '/files'
  return {
    status: response.statusCode,
    headers: response.headers,
    bytes: response.rawPayload,
    body: json || response.statusCode >= 400 ? JSON.parse(response.body) : undefined,
  }
}

export const upload = (isp: TestIsp, who: Client, query: string, bytes: Buffer | string, headers = {}) =>
  speak(isp, who, 'POST', `/files?${query}`, bytes, {
    'content-type': 'application/octet-stream',
    ...headers,
  })

export async function form(parts: [string, string | File][]): Promise<{ body: Buffer; type: string }> {
  const data = new FormData()
  for (const [name, value] of parts) data.append(name, value)
  const response = new Response(data)
  return { body: Buffer.from(await response.arrayBuffer()), type: response.headers.get('content-type')! }
}

/** Contents that lie in the store, by their hash. */
export async function inFolder(isp: TestIsp): Promise<string[]> {
  const names = await readdir(join(isp.app.config.data_dir, 'files'), { recursive: true }).catch(() => [])
  return names
    .map((name) => name.split('/').at(-1)!)
    .filter((name) => /^[0-9a-f-]{32,}/.test(name) && !/^[0-9a-f]{8}-/.test(name))
}
