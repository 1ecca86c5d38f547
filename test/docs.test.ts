import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newTenant, startIsp, type Client, type TestIsp } from './isp.ts'

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp, { test_clock: false, clock_at: undefined })
  await isp.server.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => isp?.stop())

test.each([
  ['docs/api.md', '"next_cursor"'],
  ['docs/custom-fields.md', '"index_status"'],
  ['docs/privacy.md', '"originals"'],
  ['docs/documents.md', '{{invoice.due_date}}'],
])('every command of %s runs as it stands, and no answer is a refusal', async (path, answered) => {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1])
  expect(blocks.length).toBeGreaterThan(1)
  const { port } = isp.server.server.address() as { port: number }
  const script = ['set -eu', ...blocks].join('\n').replaceAll(/^(api .*)$/gm, '$1; echo')
  const bash = spawn('bash', ['-c', script], {
    env: { ...process.env, ISP_URL: `http://127.0.0.1:${port}`, ISP_TOKEN: admin.token },
  })
  const [output, errors] = await Promise.all([text(bash.stdout), text(bash.stderr)])
  expect(errors).toBe('')
  const refusals = output.split('\n').filter((line) => /"code":"[a-z_]+","detail"/.test(line))
  expect(refusals).toEqual([])
  expect(output).toContain(answered)
})
