import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api } from '../../api.ts'

/** One step that decided, in the server's words, with the rows to look at. */
export type Reason = {
  code: string
  sentence: string
  amount?: string
  links: { noun: string; id: string }[]
}

export type Explanation = {
  date: string
  status: { value: string; sentence: string; because: Reason[] }
  access: { decision: 'accept' | 'reject' | 'walled'; sentence: string; because: Reason[] }
  price: {
    amount: string | null
    /** With tax. */
    gross: string | null
    currency: string
    sentence: string
    lines?: { label: string; amount: string }[]
    because: Reason[]
  } | null
  speed: {
    sentence: string
    because: Reason[]
    download_kbps: number | null
    upload_kbps: number | null
  }
}

/** Why this service is in its state, let in or not, at this price and speed on a day: the server's own reasons. */
export function useExplanation(id: string, date: string) {
  return useQuery({
    queryKey: ['explain', id, date],
    queryFn: () => api.get<Explanation>(`/services/${id}/explain`, date ? { query: { date } } : {}),
    placeholderData: keepPreviousData,
    meta: { live: ['service', 'customer', 'discount', 'surcharge', 'tariff'] },
  })
}
