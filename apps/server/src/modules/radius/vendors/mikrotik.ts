import type { Shaping } from '#modules/catalog/index.ts'
import type { Speed, Vendor } from './vendor.ts'

/**
 * Mikrotik-Rate-Limit is `rx/tx [burst [threshold [time [priority [min]]]]]` as the router sees it: rx is what it receives, the
 * subscriber's upload. k is 1,000 and M 1,000,000 bit/s (RouterOS manual, RADIUS client). What comes later needs all before it; 0 is
 * RouterOS's "no such limit".
 */
export const mikrotik: Vendor = {
  speed: (speed) => [['Mikrotik-Rate-Limit', [pair(speed), ...queue(speed.shaping)].join(' ')]],
  walled: (list) => [['Mikrotik-Address-List', list]],
}

/**
 * Without a guaranteed speed RouterOS guarantees the whole rate, and priority, which shares out what is above the guarantees, has
 * nothing to decide; so it is written with one, or where it is unusual.
 */
function queue(shaping: Shaping | null | undefined): string[] {
  if (!shaping) return []
  const { burst, guaranteed, priority } = shaping
  const ranked = guaranteed || priority !== 'normal' ? [priorities[priority]] : []
  const minimum = guaranteed ? [pair(guaranteed)] : []
  const bursting = burst
    ? [pair(burst.limit), pair(burst.threshold), `${burst.time_s}/${burst.time_s}`]
    : ranked.length > 0
      ? ['0/0', '0/0', '0/0']
      : []
  return [...bursting, ...ranked, ...minimum]
}

/** 1 goes first, 8 last. */
const priorities = { high: '1', normal: '5', low: '8' }

const pair = ({ upload_kbps, download_kbps }: Speed): string => `${rate(upload_kbps)}/${rate(download_kbps)}`

const rate = (kbps: number): string => (kbps > 0 && kbps % 1000 === 0 ? `${kbps / 1000}M` : `${kbps}k`)
