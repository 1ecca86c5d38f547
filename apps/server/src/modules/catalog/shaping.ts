/** What a subscriber's line may do. Pure; rates in kbps, as the subscriber sees them. */
export type Rates = { download_kbps: number; upload_kbps: number }

/** What a tariff says beyond its speeds; numbers as stored: percents × 10^4. */
export type ShapingTerms = {
  cir_mode: 'none' | 'percent' | 'fixed'
  cir_percent: Count
  cir_download_kbps: Count
  cir_upload_kbps: Count
  burst_mode: 'none' | 'percent' | 'fixed'
  burst_limit_percent: Count
  burst_threshold_percent: Count
  burst_limit_download_kbps: Count
  burst_limit_upload_kbps: Count
  burst_threshold_download_kbps: Count
  burst_threshold_upload_kbps: Count
  burst_time_s: Count
  priority: 'low' | 'normal' | 'high'
}
type Count = bigint | number | null

/** A change of any of these changes what routers are told. */
export const shapingFields = [
  'speed_download_kbps',
  'speed_upload_kbps',
  'cir_mode',
  'cir_percent',
  'cir_download_kbps',
  'cir_upload_kbps',
  'burst_mode',
  'burst_limit_percent',
  'burst_threshold_percent',
  'burst_limit_download_kbps',
  'burst_limit_upload_kbps',
  'burst_threshold_download_kbps',
  'burst_threshold_upload_kbps',
  'burst_time_s',
  'priority',
] as const

export type Shaping = {
  guaranteed: Rates | null
  burst: { limit: Rates; threshold: Rates; time_s: number } | null
  priority: 'low' | 'normal' | 'high'
}

/**
 * Guaranteed speed and burst at the rates in force: percents follow a rate that a fair-use policy has lowered, fixed values are held
 * within it. 2 Mbps with a burst limit of 100 % and a threshold of 80 % bursts to 4 Mbps while the average is below 1.6 Mbps.
 */
export function shapingAt(rates: Rates, terms: ShapingTerms): Shaping {
  const share = (percent: Count, on_top = 0) =>
    each(rates, (rate) => Math.floor((rate * (on_top + Number(percent))) / 1_000_000))
  const fixed = (download: Count, upload: Count): Rates => ({
    download_kbps: Number(download),
    upload_kbps: Number(upload),
  })
  const guaranteed =
    terms.cir_mode === 'percent'
      ? share(terms.cir_percent)
      : terms.cir_mode === 'fixed'
        ? both(Math.min, fixed(terms.cir_download_kbps, terms.cir_upload_kbps), rates)
        : null
  const burst =
    terms.burst_mode === 'percent'
      ? {
          limit: share(terms.burst_limit_percent, whole),
          threshold: share(terms.burst_threshold_percent),
          time_s: Number(terms.burst_time_s),
        }
      : terms.burst_mode === 'fixed'
        ? {
            limit: both(
              Math.max,
              fixed(terms.burst_limit_download_kbps, terms.burst_limit_upload_kbps),
              rates,
            ),
            threshold: fixed(terms.burst_threshold_download_kbps, terms.burst_threshold_upload_kbps),
            time_s: Number(terms.burst_time_s),
          }
        : null
  return { guaranteed, burst, priority: terms.priority }
}

/**
 * The rate of the queue above `users` subscribers of one tariff with contention 1 : n, in kbps: never less than one of them may use.
 * 5 Mbps at 1 : 5 with seven users needs 7 Mbps.
 */
export const sharedRate_kbps = (speed_kbps: number, users: number, ratio: number): number =>
  Math.max(speed_kbps, Math.ceil((speed_kbps * users) / ratio))

const whole = 1_000_000

const each = (rates: Rates, of: (rate: number) => number): Rates => ({
  download_kbps: of(rates.download_kbps),
  upload_kbps: of(rates.upload_kbps),
})

const both = (pick: (a: number, b: number) => number, a: Rates, b: Rates): Rates => ({
  download_kbps: pick(a.download_kbps, b.download_kbps),
  upload_kbps: pick(a.upload_kbps, b.upload_kbps),
})
