import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { startProcess } from './program.ts'

/** What stops a start is one sentence, never a stack trace. */
const refusal = async (env: Record<string, string>): Promise<string> => {
  const answer = await startProcess(env).then(
    async (started) => {
      await started.remove()
      return 'It started.'
    },
    (error: Error) => error.message,
  )
  expect(answer).not.toMatch(/\n\s+at /)
  return answer
}

test('a wrong setting, a port in use, a database that is not there', async () => {
  expect(await refusal({ RATE_LIMIT_PER_MINUTE: 'many' })).toContain(
    'RATE_LIMIT_PER_MINUTE must be a whole number',
  )
  expect(await refusal({ DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/isp' })).toContain(
    'The database of DATABASE_URL cannot be used',
  )

  const http = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => http.once('listening', resolve))
  const { port } = http.address() as { port: number }
  expect(await refusal({ FORCE_PORT: String(port) })).toContain(`Port ${port} is in use`)
  http.close()

  const udp = createSocket('udp4')
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  expect(await refusal({ FORCE_RADIUS_AUTH_PORT: String(udp.address().port) })).toContain(
    'Set RADIUS_AUTH_PORT to another port',
  )
  udp.close()
})
