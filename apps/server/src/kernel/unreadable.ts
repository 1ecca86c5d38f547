import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problemOf, sendProblem } from './problems.ts'
import { Refused } from './refused.ts'

/** An address that names no route because it cannot be read: `/api/v1/customers/%ff`. Fastify would answer in words of its own. */
export function refuseAddress(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const long = 'statusCode' in error && error.statusCode === 414
  void sendProblem(
    request,
    reply,
    long
      ? new Refused(414, 'address_too_long', 'A part of this address is longer than any name or id.')
      : new Refused(400, 'bad_address', 'This address is not percent-encoded UTF-8, so it cannot be read.'),
  )
}

/** What is no HTTP at all, or does not end: there is no request yet, so the answer is written to the connection. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const refusal = refusalFor(error.code)
  const body = JSON.stringify(problemOf(refusal))
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${refusal.status} ${refusal.code}\r\nContent-Type: application/problem+json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    )
  socket.destroySoon()
}

function refusalFor(code: string | undefined): Refused {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Refused(408, 'request_too_slow', 'The request did not arrive whole in time. Send it again.')
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Refused(
      431,
      'headers_too_large',
      'The headers and the address are larger than 16 KB together.',
    )
  return new Refused(400, 'not_http', 'This is not a request of HTTP/1.1.')
}
