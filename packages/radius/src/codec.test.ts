import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { code } from './codes.ts'
import { decode } from './decode.ts'
import { attributes } from './dictionary.ts'
import { encodeAttributes, encodeReply, encodeRequest } from './encode.ts'
import { formatIpv4, formatIpv6 } from './ip.ts'
import type { RadiusPacket } from './packet.ts'
import { RadiusValueError } from './values.ts'
import {
  messageAuthenticatorMatches,
  requestAuthenticatorMatches,
  responseAuthenticatorMatches,
} from './verify.ts'

const secret = 'xyzzy5461'

function read(bytes: Uint8Array): RadiusPacket {
  const packet = decode(bytes)
  if (typeof packet === 'string') throw new Error(packet)
  return packet
}

function accessRequest(list: Parameters<typeof encodeAttributes>[0] = {}): RadiusPacket {
  return read(encodeRequest({ code: code.access_request, identifier: 7, secret, attributes: list }))
}

describe('RFC 2865 §7.1', () => {
  const request = read(
    Buffer.from(
      '010000380f403f9473978057bd83d5cb98f4227a01066e656d6f02120dbe708d93d413ce3196e43f782a0aee0406c0a80110050600000003',
      'hex',
    ),
  )

  test('the request is read', () => {
    expect(request.string('User-Name')).toBe('nemo')
    expect(request.ip('NAS-IP-Address')).toBe('192.168.1.16')
    expect(request.u32('NAS-Port')).toBe(3)
    expect(request.string('Calling-Station-Id')).toBeUndefined()
  })

  test('the reply is byte for byte the one printed', () => {
    const reply = encodeReply({
      code: code.access_accept,
      request,
      secret,
      message_authenticator: false,
      attributes: { 'Service-Type': 1, 'Login-Service': 'Telnet', 'Login-IP-Host': '192.168.1.3' },
    })
    expect(reply.toString('hex')).toBe(
      '0200002686fe220e7624ba2a1005f6bf9b55e0b20606000000010f06000000000e06c0a80103',
    )
  })
})

describe('replies', () => {
  test.each([code.access_accept, code.access_reject, code.access_challenge])(
    'reply %i has Message-Authenticator first, right by an independent computation',
    (reply_code) => {
      const request = accessRequest({ 'User-Name': 'ann', 'Proxy-State': '0x0102' })
      const reply = encodeReply({
        code: reply_code,
        request,
        secret,
        attributes: { 'Reply-Message': 'hello' },
      })
      expect([...reply.subarray(20, 22)]).toEqual([80, 18])

      const unsigned = Buffer.from(reply)
      request.authenticator.copy(unsigned, 4)
      expect(createHash('md5').update(unsigned).update(secret).digest().equals(reply.subarray(4, 20))).toBe(
        true,
      )
      unsigned.fill(0, 22, 38)
      expect(createHmac('md5', secret).update(unsigned).digest().equals(reply.subarray(22, 38))).toBe(true)

      expect(responseAuthenticatorMatches(read(reply), request.authenticator, secret)).toBe(true)
      expect(messageAuthenticatorMatches(read(reply), secret, request.authenticator)).toBe(true)
      expect(messageAuthenticatorMatches(read(reply), 'other', request.authenticator)).toBe(false)
    },
  )

  test('Proxy-State comes back unchanged and in order, after the other attributes', () => {
    const request = accessRequest([
      ['Proxy-State', 'first'],
      ['User-Name', 'ann'],
      ['Proxy-State', 'second'],
    ])
    const reply = read(encodeReply({ code: code.access_accept, request, secret, attributes: { Class: 'c' } }))
    expect(
      reply
        .describe()
        .map(({ name, value }) => `${name}=${value}`)
        .slice(1),
    ).toEqual(['Class=c', 'Proxy-State=first', 'Proxy-State=second'])
  })

  test('prepared attributes give the same bytes as a list', () => {
    const request = accessRequest()
    const list = { 'Mikrotik-Rate-Limit': '10M/5M', 'Framed-Route': ['a', 'b'], 'Session-Timeout': '3600' }
    const options = { code: code.access_accept, request, secret }
    expect(encodeReply({ ...options, encoded_attributes: encodeAttributes(list) })).toEqual(
      encodeReply({ ...options, attributes: list }),
    )
  })
})

describe('requests', () => {
  test.each([code.accounting_request, code.disconnect_request, code.coa_request])(
    'request %i is signed by its authenticator, and by Message-Authenticator when asked',
    (request_code) => {
      for (const message_authenticator of [false, true]) {
        const bytes = encodeRequest({
          code: request_code,
          identifier: 255,
          secret,
          attributes: { 'User-Name': 'ann', 'Acct-Session-Id': '81' },
          message_authenticator,
        })
        expect(requestAuthenticatorMatches(read(bytes), secret)).toBe(true)
        expect(requestAuthenticatorMatches(read(bytes), 'other')).toBe(false)
        expect(messageAuthenticatorMatches(read(bytes), secret)).toBe(message_authenticator)
        for (let at = 0; at < bytes.length; at++) {
          const changed = Buffer.from(bytes)
          changed[at]! ^= 1
          const packet = decode(changed)
          if (typeof packet !== 'string') expect(requestAuthenticatorMatches(packet, secret)).toBe(false)
        }
      }
    },
  )

  test('an Access-Request is signed, with Message-Authenticator first', () => {
    const request = accessRequest({ 'User-Name': 'ann' })
    expect(request.message_authenticator_at).toBe(22)
    expect(messageAuthenticatorMatches(request, secret)).toBe(true)
    expect(messageAuthenticatorMatches(request, 'other')).toBe(false)
  })
})

describe('values', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  const u32 = fc.integer({ min: 0, max: 0xffffffff })
  const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => formatIpv6(bytes))
  const tag = fc.integer({ min: 1, max: 31 })
  const group = fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16))
  const by_kind = {
    string: text,
    octets: fc.uint8Array({ minLength: 1, maxLength: 247 }).map((bytes) => Buffer.from(bytes)),
    u32,
    time: u32,
    u64: fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }),
    ipv4: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => formatIpv4(bytes)),
    ipv6: v6,
    ipv6prefix: v6.map((address) => `${address}/128`),
    interface_id: fc.tuple(group, group, group, group).map((groups) => groups.join(':')),
    tagged_string: fc.record({ tag, value: text }),
    tagged_u32: fc.record({ tag, value: fc.integer({ min: 0, max: 0xffffff }) }),
  }

  test('what is encoded is decoded, for every attribute of the dictionary', () => {
    for (const attribute of attributes) {
      const { name, kind, type, vendor } = attribute
      if (kind === 'password' || (vendor === 0 && type === 80)) continue
      const values: fc.Arbitrary<
        string | number | bigint | Buffer | { tag: number; value: string | number }
      > = by_kind[kind]
      fc.assert(
        fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (given) => {
          expect(accessRequest({ [name]: given }).values(attribute)).toEqual(given)
        }),
        { numRuns: 10 },
      )
    }
  })

  test('numbers may be given as text or by name, prefixes lose their host bits, empty values are left out', () => {
    const request = accessRequest({
      'Service-Type': 'Framed-User',
      'Session-Timeout': '86400',
      'Delegated-IPv6-Prefix': '2001:db8:1:2ff::1/56',
      'Tunnel-Private-Group-Id': '42',
      'ERX-Service-Activate': { tag: 3, value: 'home(50m,10m)' },
      'Filter-Id': '',
      'Reply-Message': undefined,
      Class: null,
    })
    expect(request.describe().slice(1)).toEqual([
      { name: 'Service-Type', value: 2 },
      { name: 'Session-Timeout', value: 86400 },
      { name: 'Delegated-IPv6-Prefix', value: '2001:db8:1:200::/56' },
      { name: 'Tunnel-Private-Group-Id', value: { tag: 0, value: '42' } },
      { name: 'ERX-Service-Activate', value: { tag: 3, value: 'home(50m,10m)' } },
    ])
  })

  test.each([
    [{ 'Framed-IP-Address': '10.0.0.256' }, 'Framed-IP-Address must be an IPv4 address, not "10.0.0.256".'],
    [{ 'Session-Timeout': -1 }, 'Session-Timeout must be a whole number from 0 to 4294967295, not "-1".'],
    [{ 'Session-Timeout': 1.5 }, 'Session-Timeout must be a whole number from 0 to 4294967295, not "1.5".'],
    [
      { 'Service-Type': 'Nonsense' },
      'Service-Type must be a whole number from 0 to 4294967295, not "Nonsense".',
    ],
    [{ 'Filter-Id': 'x'.repeat(254) }, 'Filter-Id holds at most 253 bytes, and 254 were given.'],
    [{ 'Cisco-AVPair': 'x'.repeat(248) }, 'Cisco-AVPair holds at most 247 bytes, and 248 were given.'],
    [{ 'No-Such-Thing': 1 }, 'There is no RADIUS attribute named No-Such-Thing.'],
    [{ Class: '0x123' }, 'Class must be whole bytes in hex, not "0x123".'],
    [{ 'Filter-Id': { tag: 1, value: 'x' } }, 'Filter-Id takes no tag.'],
    [{ 'User-Password': 'x' }, 'User-Password can only be sent in an Access-Request.'],
    [
      { 'Message-Authenticator': '0x00' },
      'Message-Authenticator is added to a packet by itself and cannot be given.',
    ],
    [
      { 'Reply-Message': Array.from({ length: 17 }, () => 'x'.repeat(253)) },
      'The attributes do not fit into one RADIUS packet of 4096 bytes.',
    ],
  ])('%j is refused with a sentence', (list, sentence) => {
    expect(() => encodeAttributes(list)).toThrow(new RadiusValueError(sentence))
  })

  test('a long EAP message is cut into pieces and put together again', () => {
    const eap = Buffer.alloc(1020, 'e')
    const request = accessRequest({ 'EAP-Message': eap })
    expect(request.values('EAP-Message')).toHaveLength(5)
    expect(request.concatenated('EAP-Message')).toEqual(eap)
    expect(request.has_eap_message).toBe(true)
  })
})

describe('vendor-specific attributes', () => {
  const packetWith = (...attribute: number[]): RadiusPacket =>
    read(Buffer.concat([Buffer.of(1, 0, 0, 20 + attribute.length), Buffer.alloc(16), Buffer.from(attribute)]))

  test('several in one attribute are all seen', () => {
    const packet = packetWith(26, 12, 0, 0, 58, 140, 3, 3, 65, 3, 3, 66, 25, 3, 67)
    expect(packet.values('Mikrotik-Group')).toEqual(['A', 'B'])
    expect(packet.string('Mikrotik-Group')).toBe('A')
    expect(packet.string('Class')).toBe('C')
  })

  test.each([
    ['overruns', [26, 9, 0, 0, 58, 140, 3, 4, 65]],
    ['has length 0', [26, 9, 0, 0, 58, 140, 3, 0, 65]],
    ['ends in half a header', [26, 10, 0, 0, 58, 140, 3, 3, 65, 8]],
    ['is empty', [26, 6, 0, 0, 58, 140]],
    ['poses as a standard attribute by vendor 0', [26, 9, 0, 0, 0, 0, 1, 3, 65]],
  ])('one whose content %s is left as it stands', (_what, attribute) => {
    const packet = packetWith(...attribute)
    expect(packet.describe().map(({ name }) => name)).toEqual(['Attr-26'])
    expect(packet.has('Mikrotik-Group')).toBe(false)
    expect(packet.values('User-Name')).toEqual([])
  })
})

describe('decode refuses', () => {
  const good = encodeRequest({
    code: code.accounting_request,
    identifier: 1,
    secret,
    attributes: { 'User-Name': 'ann' },
  })
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(good)
    change(bytes)
    return bytes
  }

  test.each([
    ['nothing', Buffer.alloc(0), 'too_short'],
    ['19 bytes', good.subarray(0, 19), 'too_short'],
    ['a length below 20', changed((bytes) => bytes.writeUInt16BE(19, 2)), 'bad_length'],
    [
      'a length above 4096',
      Buffer.concat([changed((bytes) => bytes.writeUInt16BE(4097, 2)), Buffer.alloc(4096)]),
      'bad_length',
    ],
    ['fewer bytes than the length says', good.subarray(0, good.length - 1), 'truncated'],
    ['an unknown code', changed((bytes) => (bytes[0] = 99)), 'unknown_code'],
    ['an attribute of length 0', changed((bytes) => (bytes[21] = 0)), 'bad_attribute'],
    ['an attribute of length 1', changed((bytes) => (bytes[21] = 1)), 'bad_attribute'],
    ['an attribute that overruns', changed((bytes) => (bytes[21] = 6)), 'bad_attribute'],
    ['half an attribute header', changed((bytes) => (bytes[21] = 4)), 'bad_attribute'],
    [
      'a short Message-Authenticator',
      changed((bytes) => (bytes[20] = 80)),
      'bad_message_authenticator_length',
    ],
  ])('%s', (_what, bytes, fault) => expect(decode(bytes)).toBe(fault))

  test('two Message-Authenticators', () => {
    const twice = Buffer.concat([
      Buffer.of(1, 0, 0, 56),
      Buffer.alloc(16),
      ...[1, 2].map(() => Buffer.concat([Buffer.of(80, 18), Buffer.alloc(16)])),
    ])
    expect(decode(twice)).toBe('bad_message_authenticator_length')
  })

  test('but takes bytes after the packet as padding', () => {
    const packet = read(Buffer.concat([good, Buffer.from('padding')]))
    expect(packet.bytes).toEqual(good)
    expect(requestAuthenticatorMatches(packet, secret)).toBe(true)
  })
})
