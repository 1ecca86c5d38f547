import { useSuspenseQuery } from '@tanstack/react-query'
import { api, type Row } from '../api.ts'
import type { Noun } from '../meta.ts'
import { referencesAmong } from './useList.ts'

/** One row with the titles of what it refers to. */
export function useRow(noun: Noun, id: string): Row {
  const include = referencesAmong(
    noun,
    noun.fields.map((field) => field.name),
  )
  return useSuspenseQuery({
    queryKey: ['row', noun.path, id, include],
    queryFn: () => api.get<Row>(`${noun.path}/${id}`, { query: { include } }),
    meta: { live: [noun.name] },
  }).data
}
