import { useQuery } from '@tanstack/react-query'
import { api, type Row } from '../api.ts'
import { titleOf, useNoun } from '../meta.ts'

/** The title of a row known by its id only; undefined until it is known, or when it may not be seen. */
export function useReferenceTitle(to: string | undefined, id: string | null | undefined): string | undefined {
  const noun = useNoun(to)
  const { data } = useQuery({
    queryKey: ['row', noun?.path, id, 'title'],
    queryFn: () => api.get<Row>(`${noun?.path}/${id}`),
    enabled: noun !== undefined && Boolean(id),
    staleTime: 60_000,
  })
  return noun && data ? titleOf(noun, data) : undefined
}
