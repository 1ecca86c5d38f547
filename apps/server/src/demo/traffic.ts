/** How much a line carries: a household's day, with its evening, on the speed it has. */
export type Line = {
  speed_download_kbps: number
  speed_upload_kbps: number
  /** Around 1: this subscriber compared with others. */
  appetite: number
  company: boolean
}

export type Carried = { download_bytes: number; upload_bytes: number }

/** Share of the day's traffic in each hour of local time. */
const household = daily([
  5, 3, 2, 1.5, 1.5, 2, 3, 4, 4, 4, 4.5, 5, 5.5, 5.5, 6, 6.5, 7, 8, 9.5, 11, 12, 12, 10, 7,
])
const office = daily([1, 1, 1, 1, 1, 1, 2, 5, 9, 11, 11, 10, 9, 10, 11, 10, 8, 5, 3, 2, 1.5, 1.5, 1, 1])

/** Share of a day's traffic that falls into one second at this time of day; the hours run into one another. */
export function shareOfSecond(company: boolean, hour: number): number {
  const curve = company ? office : household
  const before = Math.floor(hour) % 24
  const after = (before + 1) % 24
  const part = hour - Math.floor(hour)
  return (curve[before]! * (1 - part) + curve[after]! * part) / 3600
}

/** Bytes an average day brings down this line. Faster lines are used more, though not in proportion. */
export const averageDay = (line: Line): number =>
  line.appetite * (line.company ? 9e9 : 7e9) * Math.sqrt(line.speed_download_kbps / 100_000)

/**
 * Bytes both ways in a stretch of `seconds` at `hour` (0–24, local). `luck` is around 1 and differs from one stretch to the next.
 * Never more than the line can carry.
 */
export function carried(line: Line, hour: number, seconds: number, luck: number): Carried {
  return atMost(line, averageDay(line) * shareOfSecond(line.company, hour) * seconds * luck, seconds)
}

/** The same for a whole day. */
export const carriedInDay = (line: Line, luck: number): Carried =>
  atMost(line, averageDay(line) * luck, 86_400)

function atMost(line: Line, wanted: number, seconds: number): Carried {
  const most = (kbps: number) => (kbps * 1000 * seconds * 0.94) / 8
  // Acknowledgements and the household's own sending: about a tenth of what it receives, a quarter in an office.
  const sent = wanted * (line.company ? 0.25 : 0.11)
  return {
    download_bytes: Math.round(Math.min(wanted, most(line.speed_download_kbps))),
    upload_bytes: Math.round(Math.min(sent, most(line.speed_upload_kbps))),
  }
}

function daily(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}
