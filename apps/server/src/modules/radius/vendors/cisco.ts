import { filterId, type Vendor } from './vendor.ts'

/**
 * Cisco applies policy maps by name; the operator defines `up-20000k` and `down-100000k` once on the router. `in` is what the
 * router receives, the subscriber's upload.
 */
export const cisco: Vendor = {
  speed: ({ upload_kbps, download_kbps }) => [
    ['Cisco-AVPair', `ip:sub-qos-policy-in=up-${upload_kbps}k`],
    ['Cisco-AVPair', `ip:sub-qos-policy-out=down-${download_kbps}k`],
  ],
  walled: filterId,
}
