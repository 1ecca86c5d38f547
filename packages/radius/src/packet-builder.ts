import { packet_bytes_max } from './decode.ts'
import { type Attribute, attributeByName, type AttributeName } from './dictionary.ts'
import { Md5Memory } from './md5.ts'
import { secret_bytes_max, type SharedSecret } from './secret.ts'
import { type AttributeValue, RadiusValueError, valueBytes } from './values.ts'

/** A name of the dictionary, or any other name that `attributeByName` knows. */
export type AttributeKey = AttributeName | (string & {})

/**
 * Attributes to send: `{ 'Framed-Pool': 'home', 'Framed-Route': [a, b] }`, or pairs where the order between
 * different attributes matters. Undefined, null and empty values are left out, since RADIUS has no empty
 * attributes.
 */
export type AttributeList =
  | { readonly [name in AttributeKey]?: AttributeValue | readonly AttributeValue[] | null | undefined }
  | readonly (readonly [name: AttributeKey, value: AttributeValue | null | undefined])[]

/**
 * Puts a packet together in memory where it can be hashed in place. One instance serves the process: a packet
 * is begun and taken out within one synchronous call.
 */
export class PacketBuilder {
  readonly memory = new Md5Memory(packet_bytes_max + secret_bytes_max)
  length = 0
  #message_authenticator_at = 0

  /** Starts a packet with a given or an all-zero authenticator. */
  begin(code: number, identifier: number, authenticator: Uint8Array | undefined): void {
    const bytes = this.memory.bytes
    bytes[0] = code
    bytes[1] = identifier
    for (let i = 0; i < 16; i++) bytes[4 + i] = authenticator ? authenticator[i]! : 0
    this.length = 20
    this.#message_authenticator_at = 0
  }

  /**
   * Reserves Message-Authenticator at this place. Called right after begin() so that it comes first
   * (CVE-2024-3596).
   */
  reserveMessageAuthenticator(): void {
    const bytes = this.memory.bytes
    bytes[this.length] = 80
    bytes[this.length + 1] = 18
    this.#message_authenticator_at = this.length + 2
    bytes.fill(0, this.length + 2, this.length + 18)
    this.length += 18
  }

  /**
   * Appends attributes already in wire form, as `encodeAttributes` makes them or as they came in another
   * packet.
   */
  appendEncoded(encoded: Uint8Array): void {
    this.#reserve(encoded.length)
    this.memory.bytes.set(encoded, this.length)
    this.length += encoded.length
  }

  appendAttributes(list: AttributeList): void {
    if (Array.isArray(list)) {
      for (const [name, value] of list) this.appendNamed(name, value)
      return
    }
    for (const [name, value] of Object.entries(list)) {
      if (Array.isArray(value)) for (const each of value) this.appendNamed(name, each)
      else this.appendNamed(name, value)
    }
  }

  appendNamed(name: string, value: AttributeValue | null | undefined): void {
    if (value === undefined || value === null || value === '') return
    const attribute = attributeByName(name)
    if (!attribute) throw new RadiusValueError(`There is no RADIUS attribute named ${name}.`)
    if (attribute.vendor === 0 && attribute.type === 80) {
      throw new RadiusValueError('Message-Authenticator is added to a packet by itself and cannot be given.')
    }
    if (typeof value === 'number' && attribute.kind === 'u32') this.#appendNumber(attribute, value)
    else this.#append(attribute, valueBytes(attribute, value))
  }

  /**
   * Writes the length field, signs the reserved Message-Authenticator, and leaves the authenticator as it
   * stands.
   */
  signMessage(secret: SharedSecret): void {
    const { bytes, digest } = this.memory
    bytes[2] = this.length >> 8
    bytes[3] = this.length & 0xff
    const at = this.#message_authenticator_at
    if (at === 0) return
    secret.hmac.sign(this.memory, this.length)
    for (let i = 0; i < 16; i++) bytes[at + i] = digest[i]!
  }

  /** Replaces the authenticator by MD5(packet + secret), as replies, accounting and CoA requests have it. */
  signAuthenticator(secret: SharedSecret): void {
    const { bytes, digest } = this.memory
    bytes.set(secret.bytes, this.length)
    this.memory.hash(this.length + secret.bytes.length)
    for (let i = 0; i < 16; i++) bytes[4 + i] = digest[i]!
  }

  /** A copy of the packet. */
  take(): Buffer {
    return this.slice(0)
  }

  /** A copy of the packet's bytes from an offset on. */
  slice(from: number): Buffer {
    const copy = Buffer.allocUnsafe(this.length - from)
    this.memory.bytes.copy(copy, 0, from, this.length)
    return copy
  }

  #append(attribute: Attribute, value: Uint8Array): void {
    if (value.length === 0) return
    // EAP packets alone may be longer than one attribute, and are cut into several (RFC 3579 §3.1).
    if (attribute.vendor === 0 && attribute.type === 79 && value.length > 253) {
      this.#append(attribute, value.subarray(0, 253))
      this.#append(attribute, value.subarray(253))
      return
    }
    this.#head(attribute, value.length)
    this.memory.bytes.set(value, this.length)
    this.length += value.length
  }

  #appendNumber(attribute: Attribute, value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) valueBytes(attribute, value)
    this.#head(attribute, 4)
    const bytes = this.memory.bytes
    const at = this.length
    bytes[at] = value >>> 24
    bytes[at + 1] = value >>> 16
    bytes[at + 2] = value >>> 8
    bytes[at + 3] = value
    this.length = at + 4
  }

  #head(attribute: Attribute, value_length: number): void {
    const { vendor, type, name } = attribute
    const value_length_max = vendor === 0 ? 253 : 247
    if (value_length > value_length_max) {
      throw new RadiusValueError(
        `${name} holds at most ${value_length_max} bytes, and ${value_length} were given.`,
      )
    }
    this.#reserve(value_length + (vendor === 0 ? 2 : 8))
    const bytes = this.memory.bytes
    let at = this.length
    if (vendor !== 0) {
      bytes[at] = 26
      bytes[at + 1] = value_length + 8
      bytes[at + 2] = vendor >>> 24
      bytes[at + 3] = vendor >>> 16
      bytes[at + 4] = vendor >>> 8
      bytes[at + 5] = vendor
      at += 6
    }
    bytes[at] = type
    bytes[at + 1] = value_length + 2
    this.length = at + 2
  }

  #reserve(more: number): void {
    if (this.length + more > packet_bytes_max) {
      throw new RadiusValueError(
        `The attributes do not fit into one RADIUS packet of ${packet_bytes_max} bytes.`,
      )
    }
  }
}
