import { useQuery } from '@tanstack/react-query'
import { api } from '../api.ts'
import type { Noun } from '../meta.ts'

export type Allowed = { allowed: boolean; reason?: string }

/** What may be done with this row now; the server gives the reason for what may not. */
export function useActions(noun: Noun | undefined, id: string) {
  return useQuery({
    queryKey: ['actions', noun?.path, id],
    queryFn: () => api.get<Record<string, Allowed>>(`${noun?.path}/${id}/actions`),
    meta: { live: noun ? [noun.name] : [] },
    enabled: noun !== undefined && noun.commands.some((command) => command.on === 'row'),
  })
}
