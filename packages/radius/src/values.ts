import type { Attribute, AttributeKind } from './dictionary.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6, parseIpv6Prefix } from './ip.ts'
import { namedValue } from './named-values.ts'

/** A value as read: text, number, 64-bit number, bytes, or a value with its tag. */
export type DecodedValue = string | number | bigint | Buffer | { tag: number; value: string | number }

/** A value to write. Numbers may be given as decimal text or by name, bytes as `0x…` text. */
export type AttributeValue =
  | string
  | number
  | bigint
  | Uint8Array
  | { readonly tag: number; readonly value: string | number }

/** A value cannot be written as the attribute asks; the message is a sentence for a person. */
export class RadiusValueError extends Error {
  override name = 'RadiusValueError'
}

/** Reads a value by its kind; undefined when the length does not fit the kind. */
export function readValue(
  kind: AttributeKind,
  bytes: Buffer,
  at: number,
  length: number,
): DecodedValue | undefined {
  switch (kind) {
    case 'string':
      return bytes.toString('utf8', at, at + length)
    case 'octets':
    case 'password':
      return bytes.subarray(at, at + length)
    case 'u32':
    case 'time':
      return length === 4 ? bytes.readUInt32BE(at) : undefined
    case 'u64':
      return length === 8 ? bytes.readBigUInt64BE(at) : undefined
    case 'ipv4':
      return length === 4 ? formatIpv4(bytes, at) : undefined
    case 'ipv6':
      return length === 16 ? formatIpv6(bytes, at) : undefined
    case 'ipv6prefix':
      return readPrefix(bytes, at, length)
    case 'interface_id':
      return length === 8 ? interfaceIdText(bytes, at) : undefined
    case 'tagged_string':
      return readTaggedString(bytes, at, length)
    case 'tagged_u32':
      return length === 4 ? { tag: bytes[at]!, value: bytes.readUIntBE(at + 1, 3) } : undefined
  }
}

/** The bytes of a value; throws RadiusValueError with a sentence that names the attribute. */
export function valueBytes(attribute: Attribute, value: AttributeValue): Uint8Array {
  if (value instanceof Uint8Array) return value
  switch (attribute.kind) {
    case 'string':
      return Buffer.from(plainText(attribute, value))
    case 'octets':
      return octetsOf(attribute, value)
    case 'u32':
    case 'time':
      return u32Bytes(numberOf(attribute, value))
    case 'u64':
      return u64Bytes(attribute, value)
    case 'ipv4':
      return parseIpv4(plainText(attribute, value)) ?? refuse(attribute, value, 'an IPv4 address')
    case 'ipv6':
      return parseIpv6(plainText(attribute, value)) ?? refuse(attribute, value, 'an IPv6 address')
    case 'ipv6prefix':
      return prefixBytes(attribute, value)
    case 'interface_id':
      return interfaceIdBytes(attribute, value)
    case 'tagged_string':
    case 'tagged_u32':
      return taggedBytes(attribute, value)
    case 'password':
      throw new RadiusValueError(`${attribute.name} can only be sent in an Access-Request.`)
  }
}

/** RFC 3162 §2.3: a reserved byte, the length in bits, then as many bytes as are needed or more. */
function readPrefix(bytes: Buffer, at: number, length: number): string | undefined {
  if (length < 2 || length > 18) return undefined
  const bits = bytes[at + 1]!
  if (bits > 128 || length - 2 < Math.ceil(bits / 8)) return undefined
  const address = Buffer.alloc(16)
  bytes.copy(address, 0, at + 2, at + length)
  return `${formatIpv6(address)}/${bits}`
}

/** Always with all 16 bytes of the prefix: allowed by the RFCs, and the form that every NAS reads. */
function prefixBytes(attribute: Attribute, value: AttributeValue): Uint8Array {
  const prefix = parseIpv6Prefix(plainText(attribute, value))
  if (!prefix) return refuse(attribute, value, 'an IPv6 prefix such as 2001:db8::/56')
  const bytes = Buffer.alloc(18)
  bytes[1] = prefix.length
  bytes.set(prefix.bytes, 2)
  return bytes
}

function interfaceIdText(bytes: Buffer, at: number): string {
  return [0, 2, 4, 6].map((offset) => bytes.readUInt16BE(at + offset).toString(16)).join(':')
}

function interfaceIdBytes(attribute: Attribute, value: AttributeValue): Uint8Array {
  const groups = plainText(attribute, value).split(':')
  if (groups.length !== 4 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) {
    return refuse(attribute, value, 'an interface id such as 0:0:0:1')
  }
  const bytes = Buffer.alloc(8)
  groups.forEach((group, i) => bytes.writeUInt16BE(parseInt(group, 16), 2 * i))
  return bytes
}

/** A first byte above 0x1f is no tag but the text's first letter (RFC 2868 §3.1). */
function readTaggedString(bytes: Buffer, at: number, length: number): { tag: number; value: string } {
  const tagged = length > 0 && bytes[at]! <= 0x1f
  return tagged
    ? { tag: bytes[at]!, value: bytes.toString('utf8', at + 1, at + length) }
    : { tag: 0, value: bytes.toString('utf8', at, at + length) }
}

function taggedBytes(attribute: Attribute, value: AttributeValue): Uint8Array {
  const { tag, value: content } = hasTag(value) ? value : { tag: 0, value }
  if (!Number.isInteger(tag) || tag < 0 || tag > 0x1f) {
    throw new RadiusValueError(`The tag of ${attribute.name} must be a whole number from 0 to 31.`)
  }
  if (attribute.kind === 'tagged_u32') {
    const number = numberOf(attribute, content)
    if (number > 0xffffff) return refuse(attribute, content, 'a whole number up to 16777215')
    return u32Bytes(tag * 0x1000000 + number)
  }
  const text = Buffer.from(plainText(attribute, content))
  return tag === 0 ? text : Buffer.concat([Buffer.of(tag), text])
}

function octetsOf(attribute: Attribute, value: AttributeValue): Uint8Array {
  const text = plainText(attribute, value)
  if (!text.startsWith('0x')) return Buffer.from(text)
  if (text.length % 2 !== 0 || !/^0x[0-9a-f]*$/i.test(text))
    return refuse(attribute, value, 'whole bytes in hex')
  return Buffer.from(text.slice(2), 'hex')
}

function u32Bytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

function u64Bytes(attribute: Attribute, value: AttributeValue): Uint8Array {
  const text = plainText(attribute, value)
  const number = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n
  if (number < 0n || number > 0xffffffffffffffffn)
    return refuse(attribute, value, 'a whole number below 2^64')
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(number)
  return bytes
}

function numberOf(attribute: Attribute, value: AttributeValue): number {
  const text = plainText(attribute, value)
  const number = /^\d{1,10}$/.test(text) ? Number(text) : (namedValue(attribute.name, text) ?? -1)
  if (number < 0 || number > 0xffffffff)
    return refuse(attribute, value, 'a whole number from 0 to 4294967295')
  return number
}

function plainText(attribute: Attribute, value: AttributeValue): string {
  if (typeof value === 'object') throw new RadiusValueError(`${attribute.name} takes no tag.`)
  return String(value)
}

function hasTag(value: AttributeValue): value is { tag: number; value: string | number } {
  return typeof value === 'object' && 'tag' in value
}

function refuse(attribute: Attribute, value: AttributeValue, wanted: string): never {
  const given = typeof value === 'object' ? 'what was given' : `"${String(value).slice(0, 60)}"`
  throw new RadiusValueError(`${attribute.name} must be ${wanted}, not ${given}.`)
}
