import {
  authenticationMethod,
  chapPasswordMatches,
  msChap2Match,
  msChap2MppeAttributes,
  msChapFailure,
  msChapMatches,
  msChapMppeAttributes,
  ntHash,
  papPasswordBytes,
  papPasswordMatches,
  type AttributeList,
  type AuthenticationMethod,
  type RadiusPacket,
} from '@isp/radius'

export type CredentialCheck = { verdict: 'right' | 'wrong' | 'unsupported'; attributes: AttributeList[] }

/** Whether the request proves the password, by the method it chose; with the attributes that method answers. */
export function checkCredentials(
  packet: RadiusPacket,
  method: AuthenticationMethod,
  secret: string | Uint8Array,
  password: string,
): CredentialCheck {
  const right = (...attributes: AttributeList[]): CredentialCheck => ({ verdict: 'right', attributes })
  const wrong: CredentialCheck = { verdict: 'wrong', attributes: [] }
  switch (method) {
    case 'pap':
      return papPasswordMatches(packet, secret, password) ? right() : wrong
    case 'chap':
      return chapPasswordMatches(packet, password) ? right() : wrong
    case 'ms-chap': {
      const nt_hash = ntHash(password)
      if (!msChapMatches(packet, nt_hash))
        return { verdict: 'wrong', attributes: [msChapFailure(packet, 'Wrong password')] }
      return right(msChapMppeAttributes({ nt_hash, secret, request_authenticator: packet.authenticator }))
    }
    case 'ms-chap-v2': {
      const nt_hash = ntHash(password)
      const match = msChap2Match(packet, nt_hash)
      if (!match) return { verdict: 'wrong', attributes: [msChapFailure(packet, 'Wrong password')] }
      return right(
        match.success_attributes,
        msChap2MppeAttributes({
          nt_hash,
          nt_response: match.nt_response,
          secret,
          request_authenticator: packet.authenticator,
        }),
      )
    }
    default:
      return { verdict: 'unsupported', attributes: [] }
  }
}

/**
 * Whether an unsigned request can come from a router with this secret. A password hidden with another secret comes out as random
 * bytes, which are hardly ever text; such a request is met with silence, as one whose signature does not fit.
 */
export function secretIsPlausible(packet: RadiusPacket, secret: string | Uint8Array): boolean {
  if (packet.message_authenticator_at !== 0) return true
  if (authenticationMethod(packet) !== 'pap') return true
  const password = papPasswordBytes(packet, secret)
  return password !== undefined && isText(password)
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 0x20 || byte === 0x7f)) return false
  try {
    strict.decode(bytes)
    return true
  } catch {
    return false
  }
}
const strict = new TextDecoder('utf-8', { fatal: true })
