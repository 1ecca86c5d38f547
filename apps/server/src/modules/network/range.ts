import ipaddr from 'ipaddr.js'
import { invalidField } from '#kernel/refused.ts'

/** The addresses of an IPv4 network that can be handed out: without network and broadcast address, except /31 and /32 (RFC 3021). */
export function addressRange(network: string): { first_address: string; last_address: string } {
  const [base, bits] = ipaddr.parseCIDR(network)
  if (base.kind() !== 'ipv4')
    throw invalidField('network', 'not_ipv4', 'Only IPv4 networks can be kept here for now.')
  const first = toNumber(base.toByteArray())
  const last = first + 2 ** (32 - bits) - 1
  const spare = bits <= 30 ? 1 : 0
  return { first_address: toAddress(first + spare), last_address: toAddress(last - spare) }
}

const toNumber = (bytes: readonly number[]) => bytes.reduce((sum, byte) => sum * 256 + byte, 0)
const toAddress = (n: number) =>
  [n / 2 ** 24, n / 2 ** 16, n / 2 ** 8, n].map((part) => Math.floor(part) % 256).join('.')
