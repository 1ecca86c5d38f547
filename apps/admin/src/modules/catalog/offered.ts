import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, type Row } from '../../api.ts'

export type Offered = {
  date: string
  data: (Row & { prices?: { period_months: number; price: string }[] })[]
  not_offered: {
    id: string
    title: string
    service_type: string
    reasons: { code: string; sentence: string }[]
  }[]
}

/** What may be sold here and to this customer, and of the rest why not. */
export function useOffered(query: Record<string, string | undefined>, enabled = true) {
  return useQuery({
    queryKey: ['offered', query],
    queryFn: ({ signal }) => api.get<Offered>('/tariffs/offered', { query, signal }),
    enabled,
    placeholderData: keepPreviousData,
    meta: { live: ['tariff'] },
  })
}
