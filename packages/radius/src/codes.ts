/** Packet codes (RFC 2865, 2866, 5176, 5997). */
export const code = {
  access_request: 1,
  access_accept: 2,
  access_reject: 3,
  accounting_request: 4,
  accounting_response: 5,
  access_challenge: 11,
  status_server: 12,
  status_client: 13,
  disconnect_request: 40,
  disconnect_ack: 41,
  disconnect_nak: 42,
  coa_request: 43,
  coa_ack: 44,
  coa_nak: 45,
} as const

export type CodeName = keyof typeof code

const names = new Map<number, CodeName>()
for (const name of Object.keys(code) as CodeName[]) names.set(code[name], name)

/** The name of a code, such as `access_request`, or undefined for a code this package does not speak. */
export function codeName(number: number): CodeName | undefined {
  return names.get(number)
}

const known_codes = new Uint8Array(256)
for (const number of names.keys()) known_codes[number] = 1

export function isKnownCode(number: number): boolean {
  return known_codes[number] === 1
}
