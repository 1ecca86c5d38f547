import { randomBytes } from 'node:crypto'
import type { RadiusPacket } from '@isp/radius'
import type { DemoRouter, Modem } from './lines.ts'
import { demo_nas_ip } from './provider.ts'
import { carried } from './traffic.ts'

/** A session on the simulated router, with its counters. */
export type LiveSession = {
  acct_session_id: string
  login: string
  mac: string
  nas_port_id: string
  ip: string | undefined
  started_ms: number
  /** Up to when its traffic has been counted. */
  counted_ms: number
  input_bytes: number
  output_bytes: number
  /** What RADIUS allowed; without a limit, what the tariff says. */
  upload_kbps: number | undefined
  download_kbps: number | undefined
  walled: boolean
  dropped_by: string | undefined
}

export const sessionOf = (modem: Modem): LiveSession => ({
  acct_session_id: randomBytes(5).toString('hex'),
  login: modem.login,
  mac: modem.mac.toUpperCase(),
  nas_port_id: `<pppoe-${modem.login}>`,
  ip: undefined,
  started_ms: 0,
  counted_ms: 0,
  input_bytes: 0,
  output_bytes: 0,
  upload_kbps: undefined,
  download_kbps: undefined,
  walled: false,
  dropped_by: undefined,
})

/** Mikrotik-Rate-Limit is `rx/tx` as the router sees it: what the subscriber sends, then what it receives. */
export function ratesOf(packet: RadiusPacket): Pick<LiveSession, 'upload_kbps' | 'download_kbps' | 'walled'> {
  const [upload, download] = (packet.string('Mikrotik-Rate-Limit') ?? '').split(' ')[0]!.split('/')
  return {
    upload_kbps: kbpsOf(upload),
    download_kbps: kbpsOf(download ?? upload),
    walled: packet.has('Mikrotik-Address-List'),
  }
}

/** Counts what the subscriber used since last time. */
export function transfer(session: LiveSession, modem: Modem, now_ms: number, time_zone: string): void {
  const seconds = (now_ms - session.counted_ms) / 1000
  session.counted_ms = now_ms
  const line = {
    ...modem,
    speed_download_kbps: Math.min(modem.speed_download_kbps, session.download_kbps ?? Infinity),
    speed_upload_kbps: Math.min(modem.speed_upload_kbps, session.upload_kbps ?? Infinity),
  }
  // Behind the walled garden's wall there is the payment page, and little else.
  const luck = session.walled ? 0.002 : burst()
  const { download_bytes, upload_bytes } = carried(
    line,
    hourOf(now_ms, time_zone),
    Math.max(0, seconds),
    luck,
  )
  session.output_bytes += download_bytes
  session.input_bytes += upload_bytes
}

export const sessionAttributes = (
  router: DemoRouter,
  session: LiveSession,
  status: string,
  now_ms: number,
) => ({
  'Acct-Status-Type': status,
  'User-Name': session.login,
  'Acct-Session-Id': session.acct_session_id,
  'NAS-IP-Address': demo_nas_ip,
  'NAS-Identifier': router.title,
  'NAS-Port-Type': 'Ethernet',
  'NAS-Port-Id': session.nas_port_id,
  'Service-Type': 'Framed-User',
  'Framed-Protocol': 'PPP',
  'Framed-IP-Address': session.ip,
  'Calling-Station-Id': session.mac,
  'Event-Timestamp': Math.floor(now_ms / 1000),
  'Acct-Authentic': 'RADIUS',
  'Acct-Session-Time': Math.floor((now_ms - session.started_ms) / 1000),
  // 32 bits each, and how often they have gone round (RFC 2869 §5.1).
  'Acct-Input-Octets': session.input_bytes % two_32,
  'Acct-Input-Gigawords': Math.floor(session.input_bytes / two_32),
  'Acct-Output-Octets': session.output_bytes % two_32,
  'Acct-Output-Gigawords': Math.floor(session.output_bytes / two_32),
})
const two_32 = 4_294_967_296

/** Mostly a trickle, now and then a download: 1 on average. */
const burst = (): number => (Math.random() < 0.15 ? 2 + Math.random() * 4 : Math.random() * 0.94)

const kbpsOf = (rate: string | undefined): number | undefined => {
  const match = /^(\d+)([kMG]?)$/.exec(rate ?? '')
  if (!match) return undefined
  return (Number(match[1]) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[match[2] as '' | 'k' | 'M' | 'G']) / 1000
}

const formats = new Map<string, Intl.DateTimeFormat>()
function hourOf(now_ms: number, time_zone: string): number {
  let format = formats.get(time_zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en', {
      timeZone: time_zone,
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    })
    formats.set(time_zone, format)
  }
  const [hour = '0', minute = '0'] = format.format(now_ms).split(':')
  return Number(hour) + Number(minute) / 60
}
