import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { authenticationMethod } from './authentication-method.ts'
import { chapCredentials, chapPasswordMatches } from './chap.ts'
import { code } from './codes.ts'
import { decode } from './decode.ts'
import { encodeReply, encodeRequest } from './encode.ts'
import {
  mppeMasterKey,
  mppeStartKey,
  msChap2MppeAttributes,
  msChapMppeAttributes,
  revealSaltedKey,
} from './mppe.ts'
import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  msChap2Credentials,
  msChap2Match,
  msChapCredentials,
  msChapFailure,
  msChapMatches,
  ntHash,
} from './ms-chap.ts'
import type { AttributeList } from './packet-builder.ts'
import type { RadiusPacket } from './packet.ts'
import { papPassword, papPasswordMatches, revealPassword } from './pap.ts'
import { sharedSecret } from './secret.ts'

const secret = 'testing123'
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

function read(bytes: Buffer): RadiusPacket {
  const packet = decode(bytes)
  if (typeof packet === 'string') throw new Error(packet)
  return packet
}

function requestWith(attributes: AttributeList): RadiusPacket {
  return read(encodeRequest({ code: code.access_request, identifier: 9, secret, attributes }))
}

describe('PAP', () => {
  test('the password of RFC 2865 §7.1 is read', () => {
    const request = read(
      hex(
        '010000380f403f9473978057bd83d5cb98f4227a01066e656d6f02120dbe708d93d413ce3196e43f782a0aee0406c0a80110050600000003',
      ),
    )
    expect(papPassword(request, 'xyzzy5461')).toBe('arctangent')
    expect(authenticationMethod(request)).toBe('pap')
  })

  test('any password of up to 128 bytes survives, and matches only itself', () => {
    const password = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => Buffer.byteLength(text) <= 128 && !text.endsWith('\0') && text.isWellFormed())
    fc.assert(
      fc.property(password, (text) => {
        const request = requestWith({ 'User-Password': text })
        expect(papPassword(request, secret)).toBe(text)
        expect(papPasswordMatches(request, secret, text)).toBe(true)
        expect(papPasswordMatches(request, secret, `${text}x`)).toBe(false)
        expect(papPasswordMatches(request, 'wrong', text)).toBe(false)
      }),
    )
    expect(papPassword(requestWith({ 'User-Password': 'p'.repeat(128) }), secret)).toHaveLength(128)
    expect(() => requestWith({ 'User-Password': 'p'.repeat(129) })).toThrow('at most 128 bytes')
  })

  test('a password whose length cannot be is none', () => {
    for (const hidden of [15, 17, 144]) {
      const attribute = Buffer.concat([Buffer.of(2, hidden + 2), Buffer.alloc(hidden)])
      const header = Buffer.alloc(20)
      header[0] = 1
      header.writeUInt16BE(20 + attribute.length, 2)
      expect(papPassword(read(Buffer.concat([header, attribute])), secret)).toBeUndefined()
    }
  })
})

describe('CHAP', () => {
  test('matches the right password only, with CHAP-Challenge', () => {
    const request = requestWith(chapCredentials('pässword'))
    expect(authenticationMethod(request)).toBe('chap')
    expect(chapPasswordMatches(request, 'pässword')).toBe(true)
    expect(chapPasswordMatches(request, 'password')).toBe(false)
    expect(chapPasswordMatches(requestWith({ 'User-Name': 'ann' }), 'password')).toBe(false)
  })

  test('takes the authenticator for the challenge where CHAP-Challenge is absent', () => {
    const { 'CHAP-Password': chap_password, 'CHAP-Challenge': challenge } = chapCredentials('secret')
    const attributes = { 'CHAP-Password': chap_password! }
    const request = encodeRequest({
      code: code.access_request,
      identifier: 1,
      secret,
      attributes,
      authenticator: challenge!,
    })
    expect(chapPasswordMatches(read(request), 'secret')).toBe(true)
  })
})

describe('MS-CHAP version 1', () => {
  test('the answer of RFC 2433 appendix B.2', () => {
    const nt_hash = ntHash('MyPw')
    expect(nt_hash).toEqual(hex('FC 15 6A F7 ED CD 6C 0E DD E3 33 7D 42 7F 4E AC'))
    expect(challengeResponse(hex('10 2D B5 DF 08 5D 30 41'), nt_hash)).toEqual(
      hex('4E 9D 3C 8F 9C FD 38 5D 5B F4 D3 24 67 91 95 6C A4 C3 51 AB 40 9A 3D 61'),
    )
  })

  test('matches the right password only, and never a LAN Manager answer', () => {
    const credentials = msChapCredentials('password')
    expect(authenticationMethod(requestWith(credentials))).toBe('ms-chap')
    expect(msChapMatches(requestWith(credentials), ntHash('password'))).toBe(true)
    expect(msChapMatches(requestWith(credentials), ntHash('Password'))).toBe(false)
    credentials['MS-CHAP-Response']![1] = 0
    expect(msChapMatches(requestWith(credentials), ntHash('password'))).toBe(false)
  })

  test('a failure says so in version 2 of the error text', () => {
    const error = requestWith(msChapFailure(requestWith(msChapCredentials('x')))).octets('MS-CHAP-Error')!
    expect(error.subarray(1).toString()).toMatch(/^E=691 R=0 C=[0-9A-F]{16} V=2$/)
  })

  test('the MPPE keys are the hash of the NT hash, hidden like a password', () => {
    const request = requestWith(msChapCredentials('clientPass'))
    const attributes = msChapMppeAttributes({
      nt_hash: ntHash('clientPass'),
      secret,
      request_authenticator: request.authenticator,
    })
    const reply = read(encodeReply({ code: code.access_accept, request, secret, attributes }))
    const keys = revealPassword(
      reply.octets('MS-CHAP-MPPE-Keys')!,
      sharedSecret(secret),
      request.authenticator,
    )
    expect(keys.subarray(8, 24)).toEqual(hex('41 C0 0C 58 4B D2 D9 1C 40 17 A2 A1 2F A5 9F 3F'))
  })
})

describe('MS-CHAP-V2', () => {
  const authenticator_challenge = hex('5B 5D 7C 7D 7B 3F 2F 3E 3C 2C 60 21 32 26 26 28')
  const peer_challenge = hex('21 40 23 24 25 5E 26 2A 28 29 5F 2B 3A 33 7C 7E')
  const nt_response = hex('82 30 9E CD 8D 70 8B 5E A0 8F AA 39 81 CD 83 54 42 33 11 4A 3D 85 D6 DF')

  test('the test vectors of RFC 2759 §9.2', () => {
    const nt_hash = ntHash('clientPass')
    const challenge = challengeHash(peer_challenge, authenticator_challenge, 'User')
    expect(challenge).toEqual(hex('D0 2E 43 86 BC E9 12 26'))
    expect(nt_hash).toEqual(hex('44 EB BA 8D 53 12 B8 D6 11 47 44 11 F5 69 89 AE'))
    expect(challengeResponse(challenge, nt_hash)).toEqual(nt_response)
    expect(authenticatorResponse(nt_hash, nt_response, challenge)).toBe(
      'S=407A5589115FD0D6209F510FE9C04566932CDA56',
    )
  })

  test('the 128-bit keys of RFC 3079 §3.5.3', () => {
    const master_key = mppeMasterKey(ntHash('clientPass'), nt_response)
    expect(master_key).toEqual(hex('FD EC E3 71 7A 8C 83 8C B3 88 E5 27 AE 3C DD 31'))
    expect(mppeStartKey(master_key, 'send')).toEqual(hex('8B 7C DC 14 9B 99 3A 1B A1 18 CB 15 3F 56 DC CB'))
  })

  test('matches the right password only, and answers with the identifier and the success text', () => {
    const { attributes, expected_success } = msChap2Credentials('ann', 'pässword')
    const request = requestWith({ 'User-Name': 'ann', ...attributes })
    expect(authenticationMethod(request)).toBe('ms-chap-v2')
    const match = msChap2Match(request, ntHash('pässword'))
    const reply = requestWith(match!.success_attributes)
    expect(reply.octets('MS-CHAP2-Success')).toEqual(
      Buffer.concat([Buffer.of(0), Buffer.from(expected_success)]),
    )
    expect(msChap2Match(request, ntHash('password'))).toBeUndefined()
    expect(msChap2Match(request, ntHash('pässword'), 'bob')).toBeUndefined()
  })

  test('a domain before the name does not matter', () => {
    const { attributes } = msChap2Credentials('ann', 'password')
    expect(
      msChap2Match(requestWith({ 'User-Name': 'ISP\\ann', ...attributes }), ntHash('password')),
    ).toBeDefined()
  })

  test('a failure carries a fresh challenge and the message', () => {
    const request = requestWith(msChap2Credentials('ann', 'x').attributes)
    const error = requestWith(msChapFailure(request, 'Your account is blocked.')).octets('MS-CHAP-Error')!
    expect(error.subarray(1).toString()).toMatch(/^E=691 R=0 C=[0-9A-F]{32} V=3 M=Your account is blocked\.$/)
  })

  test('the MPPE keys come out of their salted attributes as they went in', () => {
    const { attributes } = msChap2Credentials('ann', 'password')
    const request = requestWith({ 'User-Name': 'ann', ...attributes })
    const nt_hash = ntHash('password')
    const match = msChap2Match(request, nt_hash)!
    const reply = read(
      encodeReply({
        code: code.access_accept,
        request,
        secret,
        attributes: msChap2MppeAttributes({
          nt_hash,
          nt_response: match.nt_response,
          secret,
          request_authenticator: request.authenticator,
          policy: 'required',
        }),
      }),
    )
    const master_key = mppeMasterKey(nt_hash, match.nt_response)
    const send = reply.octets('MS-MPPE-Send-Key')!
    const receive = reply.octets('MS-MPPE-Recv-Key')!
    expect(send[0]! & receive[0]! & 0x80).toBe(0x80)
    expect(send.subarray(0, 2)).not.toEqual(receive.subarray(0, 2))
    expect(revealSaltedKey(send, secret, request.authenticator)).toEqual(mppeStartKey(master_key, 'send'))
    expect(revealSaltedKey(receive, secret, request.authenticator)).toEqual(
      mppeStartKey(master_key, 'receive'),
    )
    expect(reply.u32('MS-MPPE-Encryption-Policy')).toBe(2)
    expect(reply.u32('MS-MPPE-Encryption-Types')).toBe(4)
  })
})
