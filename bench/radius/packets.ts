import { writeFileSync } from 'node:fs'
import { code, encodeRequest } from '@isp/radius'

export const secret = 'testing123'
export const users = 100_000

/** Spreads the packets of a run over all users, the same ones each time. */
const userOf = (i: number): number => 1 + ((i * 7919) % users)

/** Access-Requests by PAP with the right passwords, signed, as a file for replay. */
export function papFile(path: string, packets: number, from = 0): void {
  write(path, packets, (i) => {
    const user = userOf(from + i)
    return encodeRequest({
      code: code.access_request,
      identifier: i % 256,
      secret,
      attributes: { ...line(from + i, user), 'User-Password': `pass${user}` },
    })
  })
}

/** Accounting of `packets` sessions: the three packets of a life, one after the other for all sessions. */
export function accountingFile(
  path: string,
  kind: 'Start' | 'Interim-Update' | 'Stop',
  packets: number,
  from: number,
): void {
  write(path, packets, (i) => {
    const user = userOf(from + i)
    const octets =
      kind === 'Start'
        ? {}
        : {
            'Acct-Input-Octets': i * 1000 + (kind === 'Stop' ? 7 : 0),
            'Acct-Output-Octets': i * 9000,
            'Acct-Input-Gigawords': 1,
            'Acct-Output-Gigawords': 2,
            'Acct-Session-Time': kind === 'Stop' ? 600 : 300,
          }
    return encodeRequest({
      code: code.accounting_request,
      identifier: i % 256,
      secret,
      attributes: {
        ...line(from + i, user),
        'Acct-Status-Type': kind,
        'Acct-Session-Id': `8${(from + i).toString(16).padStart(7, '0')}`,
        'Framed-IP-Address': `10.${user >> 16}.${(user >> 8) & 255}.${user & 255}`,
        'Acct-Delay-Time': 0,
        ...octets,
        ...(kind === 'Stop' ? { 'Acct-Terminate-Cause': 'User-Request' } : {}),
      },
    })
  })
}

const line = (i: number, user: number) => ({
  'User-Name': `user${user}`,
  'NAS-IP-Address': '127.0.0.1',
  'NAS-Port': i,
  'NAS-Identifier': 'bras1',
  'Called-Station-Id': 'pppoe',
  'Calling-Station-Id': (0x02005e000000 + user).toString(16).padStart(12, '0').match(/../g)!.join(':'),
  'Service-Type': 'Framed-User',
  'Framed-Protocol': 'PPP',
  'NAS-Port-Type': 'Ethernet',
})

function write(path: string, packets: number, packet: (i: number) => Buffer): void {
  const pieces: Buffer[] = []
  for (let i = 0; i < packets; i++) {
    const bytes = packet(i)
    pieces.push(Buffer.of(bytes.length >> 8, bytes.length & 255), bytes)
  }
  writeFileSync(path, Buffer.concat(pieces))
}
