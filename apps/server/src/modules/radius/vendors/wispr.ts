import { bitsPerSecond, filterId, type Vendor } from './vendor.ts'

/** WISPr-Bandwidth-Max-* is bit/s (WISPr 1.0), not kbit/s: the usual mistake here makes a line a thousand times too slow. */
export const wispr: Vendor = {
  speed: ({ upload_kbps, download_kbps }) => [
    ['WISPr-Bandwidth-Max-Up', bitsPerSecond(upload_kbps)],
    ['WISPr-Bandwidth-Max-Down', bitsPerSecond(download_kbps)],
  ],
  walled: filterId,
}
