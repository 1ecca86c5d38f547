/**
 * Walks the attributes of a decoded packet without copying: `while (cursor.next())` read `vendor`, `type` and
 * the value at `offset`, `length`. A Vendor-Specific attribute (RFC 2865 §5.26) is walked into; one whose
 * content is not in the recommended format is given as it stands, as type 26 of vendor 0.
 */
export class AttributeCursor {
  vendor = 0
  type = 0
  offset = 0
  length = 0
  readonly #bytes: Uint8Array
  #next = 20
  /** End of the Vendor-Specific attribute being walked, and its vendor; 0 outside one. */
  #inner_end = 0
  #inner_vendor = 0

  constructor(packet_bytes: Uint8Array) {
    this.#bytes = packet_bytes
  }

  next(): boolean {
    const bytes = this.#bytes
    const at = this.#next
    if (at >= bytes.length) return false
    if (at < this.#inner_end) {
      this.#take(this.#inner_vendor, at)
      return true
    }
    if (bytes[at] === 26 && hasRecommendedFormat(bytes, at)) {
      this.#inner_end = at + bytes[at + 1]!
      this.#inner_vendor = vendorAt(bytes, at + 2)
      this.#take(this.#inner_vendor, at + 6)
      return true
    }
    this.#take(0, at)
    return true
  }

  #take(vendor: number, at: number): void {
    this.vendor = vendor
    this.type = this.#bytes[at]!
    this.offset = at + 2
    this.length = this.#bytes[at + 1]! - 2
    this.#next = at + this.#bytes[at + 1]!
  }
}

function vendorAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/**
 * Whether a Vendor-Specific attribute holds a vendor and a whole number of type-length-value triples, at
 * least one. Vendor 0 is nobody's, and would pass its content off as standard attributes.
 */
function hasRecommendedFormat(bytes: Uint8Array, at: number): boolean {
  const end = at + bytes[at + 1]!
  if (end - at < 8 || vendorAt(bytes, at + 2) === 0) return false
  let inner = at + 6
  while (inner < end) {
    if (inner + 2 > end) return false
    const length = bytes[inner + 1]!
    if (length < 2) return false
    inner += length
  }
  return inner === end
}
