import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sharedRate_kbps, shapingAt, type ShapingTerms } from './shaping.ts'

const plain: ShapingTerms = {
  cir_mode: 'none',
  cir_percent: null,
  cir_download_kbps: null,
  cir_upload_kbps: null,
  burst_mode: 'none',
  burst_limit_percent: null,
  burst_threshold_percent: null,
  burst_limit_download_kbps: null,
  burst_limit_upload_kbps: null,
  burst_threshold_download_kbps: null,
  burst_threshold_upload_kbps: null,
  burst_time_s: null,
  priority: 'normal',
}
const rates = (download_kbps: number, upload_kbps: number) => ({ download_kbps, upload_kbps })

test('2 Mbps with a burst limit of 100 % and a threshold of 80 % bursts to 4 Mbps below 1.6 Mbps', () => {
  const terms = {
    ...plain,
    burst_mode: 'percent' as const,
    burst_limit_percent: 1_000_000n,
    burst_threshold_percent: 800_000n,
    burst_time_s: 30,
  }
  expect(shapingAt(rates(2000, 2000), terms).burst).toEqual({
    limit: rates(4000, 4000),
    threshold: rates(1600, 1600),
    time_s: 30,
  })
})

test('percents follow the rate in force, fixed values are held within it', () => {
  const terms = { ...plain, cir_mode: 'percent' as const, cir_percent: 100_000n }
  expect(shapingAt(rates(50_000, 10_000), terms).guaranteed).toEqual(rates(5000, 1000))
  expect(shapingAt(rates(5000, 1000), terms).guaranteed).toEqual(rates(500, 100))
  const fixed = { ...plain, cir_mode: 'fixed' as const, cir_download_kbps: 8000n, cir_upload_kbps: 2000n }
  expect(shapingAt(rates(50_000, 10_000), fixed).guaranteed).toEqual(rates(8000, 2000))
  expect(shapingAt(rates(5000, 1000), fixed).guaranteed).toEqual(rates(5000, 1000))
})

test('seven users of 5 Mbps at 1 : 5 share 7 Mbps, five need no more than one', () => {
  expect(sharedRate_kbps(5000, 7, 5)).toBe(7000)
  expect(sharedRate_kbps(5000, 5, 5)).toBe(5000)
  expect(sharedRate_kbps(5000, 1, 5)).toBe(5000)
})

test('guaranteed ≤ rate ≤ burst, threshold ≤ burst, whatever the percents', () => {
  const percent = fc.bigInt(1n, 1_000_000n)
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000_000 }),
      fc.integer({ min: 1, max: 10_000_000 }),
      percent,
      fc.bigInt(1n, 100_000_000n),
      percent,
      (download, upload, cir_percent, burst_limit_percent, burst_threshold_percent) => {
        const now = rates(download, upload)
        const { guaranteed, burst } = shapingAt(now, {
          ...plain,
          cir_mode: 'percent',
          cir_percent,
          burst_mode: 'percent',
          burst_limit_percent,
          burst_threshold_percent,
          burst_time_s: 30,
        })
        for (const way of ['download_kbps', 'upload_kbps'] as const) {
          expect(guaranteed![way]).toBeLessThanOrEqual(now[way])
          expect(burst!.limit[way]).toBeGreaterThanOrEqual(now[way])
          expect(burst!.threshold[way]).toBeLessThanOrEqual(burst!.limit[way])
        }
      },
    ),
  )
})
