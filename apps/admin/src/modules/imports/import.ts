import { queryOptions } from '@tanstack/react-query'
import { api, apiLink, newIdempotencyKey, type Row } from '../../api.ts'
import { sampleCsv } from './csv.ts'

/** Field → column of the file. */
export type Mapping = Record<string, string>

export type ImportRow = Row & {
  noun: string
  mode: 'validate' | 'run'
  status: 'queued' | 'running' | 'done' | 'failed'
  file_name: string | null
  mapping: Mapping
  total: number | null
  done: number
  ok: number
  failed: number
  skipped: number
  problem: string | null
  result_url: string | null
}

export type Columns = {
  columns: { name: string; samples: string[]; field: string | null }[]
  fields: { name: string; label: string; required: boolean }[]
  mapping: Mapping
}

/** Sends the file as it is, to be validated with the columns that the server recognises; nothing is written. */
export function sendFile(noun: string, file: File): Promise<ImportRow> {
  return api.post<ImportRow>('/imports', new Blob([file], { type: 'text/csv' }), {
    query: { noun, validate_only: 'true', file_name: file.name },
    idempotency_key: newIdempotencyKey(),
  })
}

/** The import, read again as it moves. */
export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['import', id],
    queryFn: () => api.get<ImportRow>(`/imports/${id}`),
    meta: { live: ['import'], rest_ms: 1000 },
  })

export function isMoving(row: ImportRow | undefined): boolean {
  return row !== undefined && (row.status === 'queued' || row.status === 'running')
}

const most_bytes = 64 * 1024

/** The first failed rows with the reason of each: the beginning of the result file, which may be long. */
export async function firstFailures(id: string): Promise<{ columns: string[]; rows: string[][] }> {
  const response = await fetch(apiLink(`/imports/${id}/result`, { only: 'failed' }))
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (reader && text.length < most_bytes) {
    const { done, value } = await reader.read()
    if (done) break
    text += value
  }
  await reader?.cancel()
  const { columns, sample } = sampleCsv(text, 50)
  return { columns, rows: sample.filter((row) => row.length === columns.length) }
}
