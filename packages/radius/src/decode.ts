import { isKnownCode } from './codes.ts'
import { RadiusPacket } from './packet.ts'

/** Why a datagram is not a RADIUS packet. */
export type DecodeFault =
  | 'too_short'
  | 'bad_length'
  | 'truncated'
  | 'unknown_code'
  | 'bad_attribute'
  | 'bad_message_authenticator_length'

export const packet_bytes_min = 20
export const packet_bytes_max = 4096

/**
 * Reads a datagram as a RADIUS packet (RFC 2865 §3). Bytes after the length field's end are padding; fewer
 * bytes than it says, or an attribute that does not fit, make the whole packet void. Nothing is copied: the
 * packet reads from `datagram`. Never throws.
 */
export function decode(datagram: Uint8Array): RadiusPacket | DecodeFault {
  if (datagram.length < packet_bytes_min) return 'too_short'
  const length = (datagram[2]! << 8) | datagram[3]!
  if (length < packet_bytes_min || length > packet_bytes_max) return 'bad_length'
  if (length > datagram.length) return 'truncated'
  if (!isKnownCode(datagram[0]!)) return 'unknown_code'

  let message_authenticator_at = 0
  let has_proxy_state = false
  let has_eap_message = false
  for (let at = packet_bytes_min; at < length;) {
    if (at + 2 > length) return 'bad_attribute'
    const type = datagram[at]!
    const attribute_length = datagram[at + 1]!
    if (attribute_length < 2 || at + attribute_length > length) return 'bad_attribute'
    if (type === 80) {
      // Exactly one, of exactly 16 bytes: anything else could be read differently by two implementations.
      if (attribute_length !== 18 || message_authenticator_at !== 0) return 'bad_message_authenticator_length'
      message_authenticator_at = at + 2
    } else if (type === 33) has_proxy_state = true
    else if (type === 79) has_eap_message = true
    at += attribute_length
  }
  return new RadiusPacket(
    asBuffer(datagram, length),
    message_authenticator_at,
    has_proxy_state,
    has_eap_message,
  )
}

function asBuffer(bytes: Uint8Array, length: number): Buffer {
  if (Buffer.isBuffer(bytes) && bytes.length === length) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, length)
}
