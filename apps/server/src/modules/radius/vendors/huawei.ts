import { bitsPerSecond, filterId, type Vendor } from './vendor.ts'

/** Average and peak in bit/s; input is what the router receives, the subscriber's upload. */
export const huawei: Vendor = {
  speed: ({ upload_kbps, download_kbps }) => [
    ['Huawei-Input-Average-Rate', bitsPerSecond(upload_kbps)],
    ['Huawei-Input-Peak-Rate', bitsPerSecond(upload_kbps)],
    ['Huawei-Output-Average-Rate', bitsPerSecond(download_kbps)],
    ['Huawei-Output-Peak-Rate', bitsPerSecond(download_kbps)],
  ],
  walled: filterId,
}
