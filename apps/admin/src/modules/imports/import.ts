import { api, newIdempotencyKey, type Row } from '../../api.ts'

export type RowError = {
  row?: number
  line?: number
  field?: string | null
  detail?: string
  message?: string
}

export type ImportRow = Row & {
  noun: string
  status: string
  total: number | null
  ok: number | null
  failed: number | null
  result_url: string | null
  errors?: RowError[]
}

/** Sends the file as it is; columns without a field are left out of the mapping. */
export function sendImport(options: {
  noun: string
  file: File
  mapping: Record<string, string>
  validate_only: boolean
}): Promise<ImportRow> {
  const mapping = Object.fromEntries(Object.entries(options.mapping).filter(([, field]) => field !== ''))
  return api.post<ImportRow>('/imports', new Blob([options.file], { type: 'text/csv' }), {
    query: {
      noun: options.noun,
      validate_only: options.validate_only ? 'true' : '',
      mapping: JSON.stringify(mapping),
    },
    idempotency_key: newIdempotencyKey(),
  })
}

export function isMoving(status: string | undefined): boolean {
  return status === undefined || ['queued', 'validating', 'running'].includes(status)
}
