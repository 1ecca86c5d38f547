import type { AttributeValue } from '@isp/radius'
import type { Rates, Shaping } from '#modules/catalog/index.ts'

/** Speeds as the subscriber sees them: download is towards the subscriber. Without shaping the rate is all there is to say. */
export type Speed = Rates & { shaping?: Shaping | null }

export type Attributes = [name: string, value: AttributeValue][]

/** How one family of routers is told what a subscriber may do. Pure: values in, attributes out, units as the vendor counts them. */
export type Vendor = {
  speed(speed: Speed): Attributes
  /** Only the walled garden of this name may be reached. */
  walled(list: string): Attributes
}

/** bit/s in an unsigned 32-bit attribute, which ends at 4.29 Gbit/s; beyond it the attribute says as much as it can. */
export const bitsPerSecond = (kbps: number): number => Math.min(kbps * 1000, 0xffff_ffff)

/** RFC 2865 §5.11: the name of a filter that the router knows. */
export const filterId = (list: string): Attributes => [['Filter-Id', list]]
