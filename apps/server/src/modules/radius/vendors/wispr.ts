import type { Rates } from '#modules/catalog/index.ts'
import { bitsPerSecond, filterId, type Attributes, type Vendor } from './vendor.ts'

/** WISPr-Bandwidth-Max-* is bit/s (WISPr 1.0), not kbit/s: the usual mistake here makes a line a thousand times too slow. */
export const wispr: Vendor = {
  speed: ({ upload_kbps, download_kbps, shaping }) => [
    ['WISPr-Bandwidth-Max-Up', bitsPerSecond(upload_kbps)],
    ['WISPr-Bandwidth-Max-Down', bitsPerSecond(download_kbps)],
    ...minimum(shaping?.guaranteed),
  ],
  walled: filterId,
}

const minimum = (guaranteed: Rates | null | undefined): Attributes =>
  guaranteed
    ? [
        ['WISPr-Bandwidth-Min-Up', bitsPerSecond(guaranteed.upload_kbps)],
        ['WISPr-Bandwidth-Min-Down', bitsPerSecond(guaranteed.download_kbps)],
      ]
    : []
