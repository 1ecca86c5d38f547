import type { Vendor } from './vendor.ts'

/**
 * Mikrotik-Rate-Limit is `rx/tx` as the router sees it: rx is what it receives, the subscriber's upload. k is 1,000 and M 1,000,000
 * bit/s (RouterOS manual, RADIUS client).
 */
export const mikrotik: Vendor = {
  speed: ({ upload_kbps, download_kbps }) => [
    ['Mikrotik-Rate-Limit', `${rate(upload_kbps)}/${rate(download_kbps)}`],
  ],
  walled: (list) => [['Mikrotik-Address-List', list]],
}

const rate = (kbps: number): string => (kbps % 1000 === 0 ? `${kbps / 1000}M` : `${kbps}k`)
