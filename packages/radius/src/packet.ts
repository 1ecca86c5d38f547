import { AttributeCursor } from './attribute-cursor.ts'
import { codeName, type CodeName } from './codes.ts'
import { type Attribute, attributeByName, attributeByNumber, type AttributeName } from './dictionary.ts'
import { formatIpv4, formatIpv6 } from './ip.ts'
import { type DecodedValue, readValue } from './values.ts'

/** An attribute of the dictionary by its name, or one found by `attributeByName` or `attributeByNumber`. */
export type AttributeReference = AttributeName | Attribute

/**
 * A decoded packet: a view of the datagram's bytes. The getters search for the first attribute of a name and
 * answer undefined when it is absent or too short for what is asked.
 */
export class RadiusPacket {
  /** The whole packet without padding. */
  readonly bytes: Buffer
  /** Where the value of Message-Authenticator begins; 0 when there is none. */
  readonly message_authenticator_at: number
  readonly has_proxy_state: boolean
  readonly has_eap_message: boolean
  #found_length = 0

  constructor(
    bytes: Buffer,
    message_authenticator_at: number,
    has_proxy_state: boolean,
    has_eap_message: boolean,
  ) {
    this.bytes = bytes
    this.message_authenticator_at = message_authenticator_at
    this.has_proxy_state = has_proxy_state
    this.has_eap_message = has_eap_message
  }

  get code(): number {
    return this.bytes[0]!
  }

  get code_name(): CodeName | undefined {
    return codeName(this.bytes[0]!)
  }

  get identifier(): number {
    return this.bytes[1]!
  }

  get authenticator(): Buffer {
    return this.bytes.subarray(4, 20)
  }

  has(attribute: AttributeReference): boolean {
    return this.#find(attribute) !== 0
  }

  /** The value as UTF-8 text, whatever its kind. */
  string(attribute: AttributeReference): string | undefined {
    const at = this.#find(attribute)
    return at === 0 ? undefined : this.bytes.toString('utf8', at, at + this.#found_length)
  }

  /** The value's bytes, not copied. */
  octets(attribute: AttributeReference): Buffer | undefined {
    const at = this.#find(attribute)
    return at === 0 ? undefined : this.bytes.subarray(at, at + this.#found_length)
  }

  u32(attribute: AttributeReference): number | undefined {
    const at = this.#find(attribute)
    if (at === 0 || this.#found_length !== 4) return undefined
    const bytes = this.bytes
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  }

  u64(attribute: AttributeReference): bigint | undefined {
    const at = this.#find(attribute)
    return at === 0 || this.#found_length !== 8 ? undefined : this.bytes.readBigUInt64BE(at)
  }

  /** An IPv4 or IPv6 address as text. */
  ip(attribute: AttributeReference): string | undefined {
    const at = this.#find(attribute)
    if (at === 0) return undefined
    if (this.#found_length === 4) return formatIpv4(this.bytes, at)
    return this.#found_length === 16 ? formatIpv6(this.bytes, at) : undefined
  }

  /** The first value, read by the attribute's kind. */
  value(attribute: AttributeReference): DecodedValue | undefined {
    const definition = definitionOf(attribute)
    const at = this.#find(definition)
    return at === 0 ? undefined : readValue(definition.kind, this.bytes, at, this.#found_length)
  }

  /** Every value of an attribute, in order, read by its kind; malformed ones are left out. */
  values(attribute: AttributeReference): DecodedValue[] {
    const { vendor, type, kind } = definitionOf(attribute)
    const all: DecodedValue[] = []
    const cursor = this.cursor()
    while (cursor.next()) {
      if (cursor.type !== type || cursor.vendor !== vendor) continue
      const value = readValue(kind, this.bytes, cursor.offset, cursor.length)
      if (value !== undefined) all.push(value)
    }
    return all
  }

  /**
   * The pieces of an attribute that may be spread over several, put together (EAP-Message, RFC 3579 §3.1).
   */
  concatenated(attribute: AttributeReference): Buffer | undefined {
    const { vendor, type } = definitionOf(attribute)
    const pieces: Buffer[] = []
    const cursor = this.cursor()
    while (cursor.next()) {
      if (cursor.type !== type || cursor.vendor !== vendor) continue
      pieces.push(this.bytes.subarray(cursor.offset, cursor.offset + cursor.length))
    }
    return pieces.length === 0 ? undefined : Buffer.concat(pieces)
  }

  /** Walks all attributes, those inside Vendor-Specific included, without copying. */
  cursor(): AttributeCursor {
    return new AttributeCursor(this.bytes)
  }

  /**
   * All attributes with names and readable values, for logs and screens. Malformed values are given as bytes.
   */
  describe(): { name: string; value: DecodedValue }[] {
    const all: { name: string; value: DecodedValue }[] = []
    const cursor = this.cursor()
    while (cursor.next()) {
      const { name, kind } = attributeByNumber(cursor.vendor, cursor.type)
      const value =
        readValue(kind, this.bytes, cursor.offset, cursor.length) ??
        this.bytes.subarray(cursor.offset, cursor.offset + cursor.length)
      all.push({ name, value })
    }
    return all
  }

  /** Offset of the first value of an attribute, its length in #found_length; 0 when absent. */
  #find(attribute: AttributeReference): number {
    const { vendor, type } = definitionOf(attribute)
    if (vendor !== 0) return this.#findVendorSpecific(vendor, type)
    const bytes = this.bytes
    const end = bytes.length
    for (let at = 20; at < end; at += bytes[at + 1]!) {
      if (bytes[at] === type) {
        this.#found_length = bytes[at + 1]! - 2
        return at + 2
      }
    }
    return 0
  }

  #findVendorSpecific(vendor: number, type: number): number {
    const cursor = new AttributeCursor(this.bytes)
    while (cursor.next()) {
      if (cursor.vendor === vendor && cursor.type === type) {
        this.#found_length = cursor.length
        return cursor.offset
      }
    }
    return 0
  }
}

function definitionOf(attribute: AttributeReference): Attribute {
  if (typeof attribute !== 'string') return attribute
  const definition = attributeByName(attribute)
  if (!definition) throw new Error(`The dictionary has no attribute named ${attribute}.`)
  return definition
}
