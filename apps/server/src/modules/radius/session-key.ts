import { md5Text } from '@isp/radius'
import type { AccountingPacket } from './accounting-packet.ts'
import type { ClassToken } from './class-token.ts'

/**
 * What names a session, short and always of one length: MD5, nothing secret hangs on it. Sixteen characters of one byte each, since
 * maps like short texts and the database takes sixteen bytes.
 */
export function sessionKey(
  packet: AccountingPacket,
  router_id: string,
  token: ClassToken | undefined,
): string {
  const { login, acct_session_id } = packet
  return md5Text(token ? `${token.nonce}|${acct_session_id}` : `${router_id}|${login}|${acct_session_id}`)
}

/** From the UUID that the database prints. */
export const keyOfUuid = (uuid: string): string =>
  Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('latin1')
