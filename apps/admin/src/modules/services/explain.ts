import { useQuery } from '@tanstack/react-query'
import { api } from '../../api.ts'

export type Explanation = {
  status: { value: string; sentence: string; reasons?: string[] }
  access: { decision: 'accept' | 'reject' | 'walled'; sentence: string; reasons?: string[] }
  price: { amount: string | null; sentence: string; lines?: { label: string; amount: string }[] }
  speed?: {
    sentence?: string
    reasons?: string[]
    download_kbps?: number | null
    upload_kbps?: number | null
  } | null
}

/** Why this service is in its state, let in or not, at this price and speed: the server's own reasons. */
export function useExplanation(id: string) {
  return useQuery({
    queryKey: ['explain', id],
    queryFn: () => api.get<Explanation>(`/services/${id}/explain`),
  })
}
