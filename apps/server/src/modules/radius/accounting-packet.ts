import { attributeByName, valueName, type AttributeName, type RadiusPacket } from '@isp/radius'
import { macOf } from './authorize.ts'
import { cleanOptional, cleanText } from './text.ts'

/** A counter of 64 bits as its two attributes give it. `has_high` when the router sent the high half at all. */
export type Counter = { value: number; has_high: boolean }

/** What an Accounting-Request says of a session. */
export type AccountingPacket = {
  kind: 'start' | 'interim' | 'stop'
  login: string
  acct_session_id: string
  nas_identifier: string | null
  /** Names the line: NAS-Port-Id, or NAS-Port. */
  nas_port_id: string | null
  ip: string | null
  mac: string | null
  input: Counter | undefined
  output: Counter | undefined
  session_time_s: number | undefined
  /** Event-Timestamp, seconds since 1970 by the router's clock. */
  event_s: number | undefined
  delay_s: number
  cause: string | null
}

export type AccountingKind = AccountingPacket['kind'] | 'on' | 'off' | 'other'

const kinds: Record<number, AccountingKind | undefined> = {
  1: 'start',
  2: 'stop',
  3: 'interim',
  7: 'on',
  8: 'off',
}

/** Looked up once: the dictionary is asked by name otherwise, a dozen times a packet. */
const attribute = (name: AttributeName) => attributeByName(name)!
const acctStatusType = attribute('Acct-Status-Type')
const acctSessionId = attribute('Acct-Session-Id')
const userName = attribute('User-Name')
const nasIdentifier = attribute('NAS-Identifier')
const nasPortId = attribute('NAS-Port-Id')
const nasPort = attribute('NAS-Port')
const framedIpAddress = attribute('Framed-IP-Address')
const callingStationId = attribute('Calling-Station-Id')
const acctInputOctets = attribute('Acct-Input-Octets')
const acctInputGigawords = attribute('Acct-Input-Gigawords')
const acctOutputOctets = attribute('Acct-Output-Octets')
const acctOutputGigawords = attribute('Acct-Output-Gigawords')
const acctSessionTime = attribute('Acct-Session-Time')
const eventTimestamp = attribute('Event-Timestamp')
const acctDelayTime = attribute('Acct-Delay-Time')
const acctTerminateCause = attribute('Acct-Terminate-Cause')

/** Acct-Status-Type; undefined when it is missing, which RFC 2866 §5.1 does not allow. */
export function accountingKind(packet: RadiusPacket): AccountingKind | undefined {
  const status_type = packet.u32(acctStatusType)
  return status_type === undefined ? undefined : (kinds[status_type] ?? 'other')
}

/** Undefined when what names the session is missing. */
export function readAccounting(
  packet: RadiusPacket,
  kind: AccountingPacket['kind'],
): AccountingPacket | undefined {
  const acct_session_id = packet.string(acctSessionId)
  if (!acct_session_id) return undefined
  const cause = packet.u32(acctTerminateCause)
  return {
    kind,
    login: cleanText(packet.string(userName) ?? ''),
    acct_session_id: cleanText(acct_session_id),
    nas_identifier: cleanOptional(packet.string(nasIdentifier)),
    nas_port_id: cleanOptional(packet.string(nasPortId) ?? packet.u32(nasPort)?.toString()),
    ip: packet.ip(framedIpAddress) ?? null,
    mac: macOf(packet.string(callingStationId)) ?? null,
    input: counter(packet.u32(acctInputOctets), packet.u32(acctInputGigawords)),
    output: counter(packet.u32(acctOutputOctets), packet.u32(acctOutputGigawords)),
    session_time_s: packet.u32(acctSessionTime),
    event_s: packet.u32(eventTimestamp) || undefined,
    delay_s: packet.u32(acctDelayTime) ?? 0,
    cause: cause === undefined ? null : (valueName('Acct-Terminate-Cause', cause) ?? String(cause)),
  }
}

/** Beyond 2^53 bytes, 9 petabytes in one session, a counter is noise. */
const gigawords_max = 0x1f_ffff

function counter(octets: number | undefined, gigawords: number | undefined): Counter | undefined {
  if (octets === undefined || (gigawords ?? 0) > gigawords_max) return undefined
  return { value: (gigawords ?? 0) * 0x1_0000_0000 + octets, has_high: gigawords !== undefined }
}

const clock_skew_max_ms = 86_400_000

/**
 * When it happened, in milliseconds: Event-Timestamp, else the time of arrival less Acct-Delay-Time; never more than a day from the
 * arrival, since a router's clock may be wrong by years.
 */
export function eventTime(
  packet: Pick<AccountingPacket, 'event_s' | 'delay_s'>,
  received_at_ms: number,
): number {
  const told_ms =
    packet.event_s === undefined ? received_at_ms - packet.delay_s * 1000 : packet.event_s * 1000
  return Math.min(Math.max(told_ms, received_at_ms - clock_skew_max_ms), received_at_ms + clock_skew_max_ms)
}
