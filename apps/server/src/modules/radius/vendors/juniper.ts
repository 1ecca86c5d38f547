import { filterId, type Vendor } from './vendor.ts'

/** A dynamic service profile `internet(down, up)`, which the operator defines on the router; rates as Junos writes them: k, m. */
export const juniper: Vendor = {
  speed: ({ upload_kbps, download_kbps }) => [
    ['ERX-Service-Activate', { tag: 1, value: `internet(${rate(download_kbps)},${rate(upload_kbps)})` }],
  ],
  walled: filterId,
}

const rate = (kbps: number): string => (kbps % 1000 === 0 ? `${kbps / 1000}m` : `${kbps}k`)
