import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { whileAttended } from '../../live.ts'

export type QueuedJob = {
  id: string
  task: string
  status: string
  attempts: number
  last_error: string | null
  run_at: string
}

/** The queue as it stands: the server's own work, the failed first for a person to look at. */
export const jobsQuery = queryOptions({
  queryKey: ['jobs'],
  queryFn: () => api.get<{ data: QueuedJob[] }>('/jobs'),
  refetchInterval: whileAttended(30_000),
})
