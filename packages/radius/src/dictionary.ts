import { standard_attributes } from './attributes-standard.ts'
import {
  adsl_forum_attributes,
  cambium_attributes,
  cisco_attributes,
  huawei_attributes,
  juniper_erx_attributes,
  microsoft_attributes,
  mikrotik_attributes,
  nokia_attributes,
  wispr_attributes,
  zte_attributes,
} from './attributes-vendor.ts'

/**
 * How the bytes of an attribute are read and written: `string` UTF-8 text · `octets` bytes · `password`
 * hidden with the secret (RFC 2865 §5.2) · `u32`, `u64` unsigned · `time` seconds since 1970 · `ipv4`,
 * `ipv6`, `ipv6prefix` text such as `2001:db8::/56` · `interface_id` four hex groups · `tagged_string`,
 * `tagged_u32` led by a tag (RFC 2868 §3).
 */
export type AttributeKind =
  | 'string'
  | 'octets'
  | 'password'
  | 'u32'
  | 'u64'
  | 'time'
  | 'ipv4'
  | 'ipv6'
  | 'ipv6prefix'
  | 'interface_id'
  | 'tagged_string'
  | 'tagged_u32'

/** One vendor's attributes: name → [type, kind]. */
export type AttributeTable = { readonly [name: string]: readonly [type: number, kind: AttributeKind] }

/** An attribute; `vendor` is 0 for a standard one, else the IANA enterprise number. */
export type Attribute = { name: string; vendor: number; type: number; kind: AttributeKind }

/** IANA enterprise numbers. */
export const vendor = {
  cisco: 9,
  microsoft: 311,
  huawei: 2011,
  adsl_forum: 3561,
  zte: 3902,
  juniper_erx: 4874,
  nokia: 6527,
  wispr: 14122,
  mikrotik: 14988,
  cambium: 17713,
} as const

/** The name of an attribute in this dictionary. */
export type AttributeName =
  | keyof typeof standard_attributes
  | keyof typeof microsoft_attributes
  | keyof typeof mikrotik_attributes
  | keyof typeof wispr_attributes
  | keyof typeof adsl_forum_attributes
  | keyof typeof cisco_attributes
  | keyof typeof juniper_erx_attributes
  | keyof typeof huawei_attributes
  | keyof typeof zte_attributes
  | keyof typeof nokia_attributes
  | keyof typeof cambium_attributes

/** Every attribute of the dictionary, in the order of the tables. */
export const attributes: readonly Attribute[] = [
  ...table(0, standard_attributes),
  ...table(vendor.microsoft, microsoft_attributes),
  ...table(vendor.mikrotik, mikrotik_attributes),
  ...table(vendor.wispr, wispr_attributes),
  ...table(vendor.adsl_forum, adsl_forum_attributes),
  ...table(vendor.cisco, cisco_attributes),
  ...table(vendor.juniper_erx, juniper_erx_attributes),
  ...table(vendor.huawei, huawei_attributes),
  ...table(vendor.zte, zte_attributes),
  ...table(vendor.nokia, nokia_attributes),
  ...table(vendor.cambium, cambium_attributes),
]

/**
 * The attribute of that name, in any case of letters, or undefined. Attributes outside the dictionary are
 * named by number, `Attr-241` or `Attr-26.9.1` (vendor 9, type 1), and hold octets.
 */
export function attributeByName(name: string): Attribute | undefined {
  return by_name.get(name) ?? by_name.get(name.toLowerCase()) ?? numberedAttribute(name)
}

/** The attribute of a type (and vendor, 0 for none). Unknown ones get a numbered name, and hold octets. */
export function attributeByNumber(vendor_number: number, type: number): Attribute {
  return (
    by_number.get(numberKey(vendor_number, type)) ?? {
      name: vendor_number === 0 ? `Attr-${type}` : `Attr-26.${vendor_number}.${type}`,
      vendor: vendor_number,
      type,
      kind: 'octets',
    }
  )
}

const by_name = new Map<string, Attribute>()
const by_number = new Map<number, Attribute>()
for (const attribute of attributes) {
  by_name.set(attribute.name, attribute)
  by_name.set(attribute.name.toLowerCase(), attribute)
  by_number.set(numberKey(attribute.vendor, attribute.type), attribute)
}

function table(vendor_number: number, rows: AttributeTable): Attribute[] {
  return Object.entries(rows).map(([name, [type, kind]]) => ({ name, vendor: vendor_number, type, kind }))
}

function numberKey(vendor_number: number, type: number): number {
  return vendor_number * 256 + type
}

function numberedAttribute(name: string): Attribute | undefined {
  const found = /^attr-(?:26\.(\d{1,8})\.)?(\d{1,3})$/i.exec(name)
  if (!found) return undefined
  const vendor_number = Number(found[1] ?? 0)
  const type = Number(found[2])
  if (type < 1 || type > 255 || vendor_number > 0xffffff) return undefined
  return vendor_number === 0 && type === 26 ? undefined : attributeByNumber(vendor_number, type)
}
