import { cisco } from './cisco.ts'
import { huawei } from './huawei.ts'
import { juniper } from './juniper.ts'
import { mikrotik } from './mikrotik.ts'
import type { Vendor } from './vendor.ts'
import { wispr } from './wispr.ts'

/** A router's `nas_type` → its vendor. WISPr is what most others understand. */
export const vendorOf = (nas_type: string): Vendor => vendors[nas_type] ?? wispr

const vendors: Record<string, Vendor | undefined> = { mikrotik, wispr, cisco, juniper, huawei }
