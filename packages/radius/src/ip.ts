/** IP addresses between text and network bytes. Parsing answers undefined for text that is no address. */

export function parseIpv4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4)
  let part = 0
  let digits = 0
  let value = 0
  for (let i = 0; i <= text.length; i++) {
    const code = i === text.length ? dot : text.charCodeAt(i)
    if (code === dot) {
      if (digits === 0 || value > 255 || part > 3) return undefined
      bytes[part++] = value
      digits = value = 0
    } else {
      if (code < 0x30 || code > 0x39 || ++digits > 3) return undefined
      value = value * 10 + code - 0x30
    }
  }
  return part === 4 ? bytes : undefined
}

const dot = 0x2e

export function formatIpv4(bytes: Uint8Array, at = 0): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groups(halves[0]!, halves.length === 1)
  const tail = halves.length === 2 ? groups(halves[1]!, true) : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const bytes = new Uint8Array(16)
  const all = [...head, ...Array.from({ length: missing }, () => 0), ...tail]
  all.forEach((group, i) => {
    bytes[2 * i] = group >> 8
    bytes[2 * i + 1] = group & 0xff
  })
  return bytes
}

/** Lower case, no leading zeros, the longest run of zero groups as `::` (RFC 5952). */
export function formatIpv6(bytes: Uint8Array, at = 0): string {
  const all: number[] = []
  for (let i = 0; i < 16; i += 2) all.push((bytes[at + i]! << 8) | bytes[at + i + 1]!)
  const run = longestZeroRun(all)
  const hex = all.map((group) => group.toString(16))
  if (run.length < 2) return hex.join(':')
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`
}

/** `2001:db8::/56` → its 16 bytes, host bits cleared, and the prefix length in bits. */
export function parseIpv6Prefix(text: string): { bytes: Uint8Array; length: number } | undefined {
  const [address, length_text, ...rest] = text.split('/')
  if (address === undefined || length_text === undefined || rest.length > 0) return undefined
  const bytes = parseIpv6(address)
  const length = /^\d{1,3}$/.test(length_text) ? Number(length_text) : 129
  if (!bytes || length > 128) return undefined
  for (let i = 0; i < 16; i++) {
    const kept_bits = Math.min(8, Math.max(0, length - 8 * i))
    bytes[i] = bytes[i]! & (0xff << (8 - kept_bits))
  }
  return { bytes, length }
}

/** An IPv4 address that a dual-stack socket reports as `::ffff:192.0.2.1`, in its own form. */
export function unmappedAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

function groups(text: string, may_end_in_ipv4: boolean): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const all: number[] = []
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      all.push(parseInt(part, 16))
      continue
    }
    const v4 = may_end_in_ipv4 && i === parts.length - 1 ? parseIpv4(part) : undefined
    if (!v4) return undefined
    all.push((v4[0]! << 8) | v4[1]!, (v4[2]! << 8) | v4[3]!)
  }
  return all.length <= 8 ? all : undefined
}

function longestZeroRun(all: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && all[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}
