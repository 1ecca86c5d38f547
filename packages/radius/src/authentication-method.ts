import type { RadiusPacket } from './packet.ts'

/** How the customer's router proves its password. */
export type AuthenticationMethod = 'pap' | 'chap' | 'ms-chap' | 'ms-chap-v2' | 'eap' | 'none'

/**
 * The method an Access-Request uses; `none` for one without credentials, as in MAC authentication of DHCP.
 */
export function authenticationMethod(packet: RadiusPacket): AuthenticationMethod {
  if (packet.has_eap_message) return 'eap'
  if (packet.has('User-Password')) return 'pap'
  if (packet.has('CHAP-Password')) return 'chap'
  if (packet.has('MS-CHAP2-Response')) return 'ms-chap-v2'
  return packet.has('MS-CHAP-Response') ? 'ms-chap' : 'none'
}
