import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Complaint, string, type Kind } from './kind.ts'

/** Text of at most `longest` characters, where the field sets no bound of its own. */
export const text = (longest: number): Kind => ({
  column: 'text',
  schema: (field) => ({
    type: 'string',
    maxLength: field.max ?? longest,
    ...(field.min !== undefined ? { minLength: field.min } : {}),
    ...(field.pattern !== undefined ? { pattern: `^(?:${field.pattern})$` } : {}),
  }),
  decode: (value, field) => string(value, field, longest),
  compare: 'prefix',
})

export const email: Kind = {
  ...text(254),
  schema: () => ({ type: 'string', format: 'email', maxLength: 254 }),
  decode(value, field) {
    const address = string(value, field, 254).trim().toLowerCase()
    if (!/^[^\s@,;<>"]+@[^\s@,;<>".]+(\.[^\s@,;<>".]+)*$/.test(address))
      throw new Complaint('not_an_email', 'is not an e-mail address')
    return address
  },
}

export const phone: Kind = {
  ...text(40),
  decode(value, field) {
    const number = string(value, field, 40).trim()
    if (!/^\+?[\d\s().\-/]{3,40}$/.test(number))
      throw new Complaint('not_a_phone', 'is not a telephone number: use digits, spaces and a leading +')
    return number
  },
}

export const url: Kind = {
  ...text(2000),
  schema: () => ({ type: 'string', format: 'uri', maxLength: 2000 }),
  decode(value, field) {
    const address = string(value, field, 2000)
    if (!/^https?:\/\//.test(address) || !URL.canParse(address))
      throw new Complaint('not_a_url', 'is not an http or https address')
    return address
  },
}

export const mac: Kind = {
  column: 'text',
  schema: () => ({ type: 'string', pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$' }),
  decode(value, field) {
    const digits = string(value, field, 40)
      .toLowerCase()
      .replace(/[^0-9a-f]/g, '')
    if (digits.length !== 12)
      throw new Complaint('not_a_mac', 'is not a MAC address such as 02:00:5e:10:00:01')
    return digits.match(/../g)?.join(':')
  },
  compare: 'prefix',
}

export const ip: Kind = {
  column: 'inet',
  schema: () => ({ type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }),
  decode(value, field) {
    const ip = string(value, field, 60).trim()
    if (isIP(ip) === 0 || ip.includes('%')) throw new Complaint('not_an_ip', 'is not an IP address')
    return ip
  },
  encode: (stored: string) => stored.replace(/\/\d+$/, ''),
  compare: 'order',
}

export const cidr: Kind = {
  column: 'cidr',
  schema: () => ({ type: 'string', examples: ['10.20.0.0/16', '2001:db8::/32'] }),
  decode(value, field) {
    const network = string(value, field, 60).trim()
    if (!ipaddr.isValidCIDR(network))
      throw new Complaint('not_a_network', 'is not a network such as 10.20.0.0/16')
    const [address, bits] = ipaddr.parseCIDR(network)
    const base =
      address.kind() === 'ipv4'
        ? ipaddr.IPv4.networkAddressFromCIDR(network)
        : ipaddr.IPv6.networkAddressFromCIDR(network)
    if (base.toNormalizedString() !== address.toNormalizedString()) {
      throw new Complaint('host_bits_set', `has host bits set; did you mean ${base.toString()}/${bits}?`)
    }
    return network
  },
  compare: 'order',
}
