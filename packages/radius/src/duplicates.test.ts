import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { code } from './codes.ts'
import { decode } from './decode.ts'
import { DuplicateCache, type RememberedRequest } from './duplicates.ts'
import type { RadiusPacket } from './packet.ts'

const reply = Buffer.from('reply')

function packetWith(packet_code: number, identifier: number, authenticator: number): RadiusPacket {
  const packet = decode(
    Buffer.concat([Buffer.of(packet_code, identifier, 0, 20), Buffer.alloc(16, authenticator)]),
  )
  if (typeof packet === 'string') throw new Error(packet)
  return packet
}

describe('a request', () => {
  const request = packetWith(code.access_request, 1, 1)

  test('is known while in progress, and with its reply for five seconds after', () => {
    const cache = new DuplicateCache(5_000, 10)
    expect(cache.find(request, '10.0.0.1', 1000, 0)).toBeUndefined()
    const begun = cache.begin(request, '10.0.0.1', 1000)
    expect(cache.find(request, '10.0.0.1', 1000, 60_000)).toBe(begun)
    cache.answered(begun, reply, 60_000)
    expect(cache.find(request, '10.0.0.1', 1000, 64_999)?.reply).toBe(reply)
    expect(cache.find(request, '10.0.0.1', 1000, 65_000)).toBeUndefined()
    expect(cache.reply_count).toBe(0)
  })

  test('is another when address, port, code, identifier or authenticator differ', () => {
    const cache = new DuplicateCache(5_000, 10)
    cache.begin(request, '10.0.0.1', 1000)
    expect(cache.find(request, '10.0.0.2', 1000, 0)).toBeUndefined()
    expect(cache.find(request, '10.0.0.1', 1001, 0)).toBeUndefined()
    expect(cache.find(packetWith(code.accounting_request, 1, 1), '10.0.0.1', 1000, 0)).toBeUndefined()
    expect(cache.find(packetWith(code.access_request, 2, 1), '10.0.0.1', 1000, 0)).toBeUndefined()
    expect(cache.find(packetWith(code.access_request, 1, 2), '10.0.0.1', 1000, 0)).toBeUndefined()
  })

  test('that was forgotten is new', () => {
    const cache = new DuplicateCache(5_000, 10)
    cache.forget(cache.begin(request, '10.0.0.1', 1000))
    expect(cache.find(request, '10.0.0.1', 1000, 0)).toBeUndefined()
  })
})

test('the cache holds what a plain map would hold, however requests come, and never more replies than allowed', () => {
  const replies_max = 6
  const step = fc.record({
    // Few values, so that hashes and keys meet: the same authenticator from two addresses has one hash.
    key: fc.record({
      ip: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'),
      id: fc.nat(2),
      auth: fc.nat(2),
    }),
    act: fc.constantFrom('request', 'answer', 'forget'),
    wait_ms: fc.nat(2_000),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const cache = new DuplicateCache(5_000, replies_max)
      const model = new Map<string, { request: RememberedRequest; expires_at_ms: number }>()
      let now_ms = 0
      for (const { key, act, wait_ms } of steps) {
        now_ms += wait_ms
        for (const [name, known] of model) if (known.expires_at_ms <= now_ms) model.delete(name)
        const name = JSON.stringify(key)
        const packet = packetWith(code.access_request, key.id, key.auth)
        const known = model.get(name)
        expect(cache.find(packet, key.ip, 1, now_ms)).toBe(known?.request)
        if (act === 'request' && !known) {
          model.set(name, { request: cache.begin(packet, key.ip, 1), expires_at_ms: Infinity })
        }
        if (act === 'answer' && known && !known.request.reply) {
          cache.answered(known.request, reply, now_ms)
          model.delete(name)
          model.set(name, { request: known.request, expires_at_ms: now_ms + 5_000 })
          const answered = [...model].filter(([, each]) => each.request.reply)
          if (answered.length > replies_max) model.delete(answered[0]![0])
        }
        if (act === 'forget' && known && !known.request.reply) {
          cache.forget(known.request)
          model.delete(name)
        }
        expect(cache.reply_count).toBeLessThanOrEqual(replies_max)
      }
    }),
    { numRuns: 300 },
  )
})
