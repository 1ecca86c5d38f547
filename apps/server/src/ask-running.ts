import { request } from 'node:http'
import { Failed } from './cli-failed.ts'

const patience_ms = 12 * 3600 * 1000

/**
 * Posts JSON to the running installation and waits for its answer, however long that takes: a backup of a large database or a year on a
 * test clock takes longer than `fetch` waits for headers (five minutes).
 */
export function postTo(url: string, token: string, body: object): Promise<{ status: number; text: string }> {
  const payload = JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
          authorization: `Bearer ${token}`,
        },
        signal: AbortSignal.timeout(patience_ms),
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
        answer.on('error', reject)
      },
    )
    asked.on('error', (error) =>
      reject(new Failed(3, `The installation at ${new URL(url).origin} does not answer: ${error.message}`)),
    )
    asked.end(payload)
  })
}
