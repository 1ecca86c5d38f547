import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import type { Load, Loaded } from './load.ts'

// A raw HTTP/1.1 client: node:http would cost as much as the servers it measures. It accepts 200 with a content-length only.
const { port, paths, headers, requests, connections } = workerData as Load
const fields = Object.entries({ host: `127.0.0.1:${port}`, ...headers })
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')
const messages = paths.map((path) => `GET ${path} HTTP/1.1\r\n${fields}\r\n`)

const took_ms = new Float64Array(requests)
let asked = 0
let answered = 0
const began_ms = performance.now()

try {
  await Promise.all(Array.from({ length: connections }, oneConnection))
  const loaded: Loaded = { requests: answered, wall_ms: performance.now() - began_ms, took_ms }
  parentPort?.postMessage(loaded)
} catch (error) {
  parentPort?.postMessage({ failed: error instanceof Error ? error.message : String(error) })
}

function oneConnection(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let sent_ms = 0
    let chunks: Buffer[] = []
    let received = 0
    let expected = 0
    const ask = (): void => {
      if (asked >= requests) {
        socket.destroy()
        resolve()
        return
      }
      sent_ms = performance.now()
      socket.write(messages[asked++ % messages.length] ?? '')
    }
    socket.on('connect', ask)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The server closed a connection under load.')))
    socket.on('data', (data) => {
      const chunk = typeof data === 'string' ? Buffer.from(data) : data
      chunks.push(chunk)
      received += chunk.length
      if (expected === 0) {
        const text = Buffer.concat(chunks).toString('latin1')
        const end = text.indexOf('\r\n\r\n')
        if (end < 0) return
        const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
        if (!text.startsWith('HTTP/1.1 200') || length === undefined) {
          socket.destroy()
          reject(new Error(`Under load the server answered: ${text.slice(0, 600)}`))
          return
        }
        expected = end + 4 + Number(length)
      }
      if (received < expected) return
      took_ms[answered++] = performance.now() - sent_ms
      chunks = []
      received = 0
      expected = 0
      ask()
    })
  })
}
