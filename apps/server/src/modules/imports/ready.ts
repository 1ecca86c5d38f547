import type { JsonValue } from '#kernel/kinds.ts'
import type { Refused } from '#kernel/refused.ts'
import type { StoredRow } from '#kernel/store.ts'

/** A row ready to be written: whose it is, and all it brings in stored values. */
export type ReadyRow = {
  index: number
  external_id: string | null
  customer_id: string
  /** The customer's fields; absent where the row only adds to a customer. */
  customer?: { values: Record<string, unknown>; existing: StoredRow | undefined }
  parent_id: string | null
  status: string | null
  address?: AddressOfRow | undefined
  contact?: ContactOfRow | undefined
  service?: ServiceOfRow | undefined
  /** Off whole invoices. */
  discount?: DiscountOfRow | undefined
  opening?: OpeningOfRow | undefined
}
export type AddressOfRow = Record<string, unknown> & { street: string }
export type ContactOfRow = { name: string; email: string | null; phone: string | null; role: string | null }

/** Minor units, as a balance: more than nothing is credit. */
export type OpeningOfRow = { amount: bigint; date: string | null }

/** `periods`: off so many invoices. */
export type DiscountOfRow = {
  label: string
  percent: bigint | null
  amount: bigint | null
  to_date: string | null
  periods: number | null
}

export type ServiceOfRow = {
  tariff_id: string
  login: string | null
  password: string | null
  ipv4_mode: 'none' | 'static' | 'pool' | null
  ipv4_address: string | null
  ipv6_prefix: string | null
  mac: string | null
  further_macs: readonly string[]
  mac_binding: boolean
  router_id: string | null
  access_device_id: string | null
  access_port: string | null
  description: string | null
  quantity: number
  price: bigint | null
  period_months: number | null
  start_date: string | null
  external_id: string | null
  activate: boolean
  custom?: JsonValue
  discount: DiscountOfRow | null
}

/** What the file as a whole says about a row. */
export type Place = {
  /** Where it contradicts other rows. */
  refused: readonly Refused[]
  /** The line of the row that brings the customer to whom this one adds something. */
  first?: { line: number; differs: Refused | undefined } | undefined
  /** The line of the row that brings its parent. */
  parent_line?: number | undefined
  alike_before: number
}
