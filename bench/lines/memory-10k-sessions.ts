import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { code, encodeRequest } from '@isp/radius'
import { residentMemory_mb } from '../cpu.ts'
import type { Line } from '../line.ts'
import { call, freePort } from '../world.ts'

const sessions = 10_000
const secret = 'testing123'
/** Packets on their way at a time. */
const window = 64

/** Resident memory of the program with 10,000 subscribers online, each announced by a real Accounting-Request. */
export const memory10kSessions: Line = {
  name: 'memory-10k-sessions',
  unit: 'MB',
  bound: 1,
  async measure(bench) {
    const database = await bench.database('write')
    const [auth, acct] = [await freePort(), await freePort()]
    const product = await bench.start(database, {
      ISP_ROLES: 'all',
      RADIUS_HOST: '127.0.0.1',
      RADIUS_AUTH_PORT: String(auth),
      RADIUS_ACCT_PORT: String(acct),
    })
    try {
      await call(product, 'POST', '/routers', {
        title: 'Bench',
        nas_ip: '127.0.0.1',
        nas_type: 'mikrotik',
        radius_secret: secret,
      })
      await startSessions(acct)
      // What is acknowledged is entered within about a second, and is garbage some time after.
      await new Promise((resolve) => setTimeout(resolve, 10_000))
      const memory_mb = residentMemory_mb(product.pid)
      const { total, total_at_least } = await call<{ total?: number; total_at_least?: number }>(
        product,
        'GET',
        '/sessions?status=online&count=true&limit=1',
      )
      const online = total ?? total_at_least ?? 0
      const fails = online < sessions ? { fails: `Only ${online} sessions are online.` } : {}
      return { product: memory_mb, reference: 400, ...fails }
    } finally {
      await product.stop()
    }
  },
}

/** Each packet is sent until it is answered, as a NAS does. */
async function startSessions(port: number): Promise<void> {
  const sockets = Array.from({ length: window }, () => createSocket('udp4'))
  let next = 1
  await Promise.all(
    sockets.map(async (socket) => {
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
      for (let n = next++; n <= sessions; n = next++) await oneStart(socket, port, n)
      socket.close()
    }),
  )
}

async function oneStart(socket: ReturnType<typeof createSocket>, port: number, n: number): Promise<void> {
  const packet = encodeRequest({
    code: code.accounting_request,
    identifier: n % 256,
    secret,
    attributes: {
      'Acct-Status-Type': 'Start',
      'Acct-Session-Id': `bench-${n}`,
      'User-Name': `user${n}`,
      'NAS-IP-Address': '127.0.0.1',
      'NAS-Port-Id': `ether1-${n}`,
      'Framed-IP-Address': `10.0.${n >> 8}.${n & 255}`,
    },
  })
  for (let attempt = 0; attempt < 20; attempt++) {
    socket.send(packet, port, '127.0.0.1')
    const answered = await once(socket, 'message', { signal: AbortSignal.timeout(3000) }).catch(
      () => undefined,
    )
    if (answered) return
  }
  throw new Error(`The accounting of session ${n} was not answered.`)
}
