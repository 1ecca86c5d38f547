import { bitsPerSecond } from '../../format.ts'
import type { ExtraColumns } from '../../resource/gridColumns.tsx'

const rate = (value: unknown) => (typeof value === 'number' ? bitsPerSecond(value) : null)

/** Rates are plain integers in meta; people read them in Mbps. */
export const sessionColumns: ExtraColumns = {
  download_bps: (row) => rate(row['download_bps']),
  upload_bps: (row) => rate(row['upload_bps']),
}
