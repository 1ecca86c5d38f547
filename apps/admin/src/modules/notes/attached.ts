import { useMutation, useQuery } from '@tanstack/react-query'
import { api, sentenceOf, type Page, type Row } from '../../api.ts'
import { refreshEverything } from '../../query-client.ts'
import { notify } from '../../ui/notify.tsx'

export type Bearer = { noun: string; row_id: string }

/** What of one kind hangs on a row. */
export function useAttached(
  plural: 'notes' | 'todos' | 'files',
  bearer: Bearer,
  enabled: boolean,
  include = '',
) {
  return useQuery({
    queryKey: ['attached', plural, bearer.noun, bearer.row_id],
    queryFn: () => api.get<Page<Row>>(`/${plural}`, { query: { ...bearer, limit: 100, include } }),
    enabled,
    meta: { live: [plural.replace(/s$/, '')], rest_ms: 1000 },
  })
}

/** A small change from a list: done at once, and said when it is refused. */
export function useSmallChange() {
  return useMutation({
    mutationFn: (change: () => Promise<unknown>) => change(),
    onSuccess: refreshEverything,
    onError: (error) => void notify(sentenceOf(error)),
  })
}

/** Pinned first, then the newest. */
export const pinnedFirst = (rows: Row[]): Row[] =>
  rows.toSorted(
    (a, b) =>
      Number(b['pinned'] === true) - Number(a['pinned'] === true) ||
      String(b['created_at']).localeCompare(String(a['created_at'])),
  )
