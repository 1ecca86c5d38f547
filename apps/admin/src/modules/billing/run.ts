import { useSuspenseQuery } from '@tanstack/react-query'
import { api, type Row } from '../../api.ts'

export type BillingRun = Row & {
  date: string
  status: 'previewing' | 'preview' | 'confirming' | 'done' | 'failed' | 'withdrawn'
  customers: number
  invoices: number
  net_total: string
  tax_total: string
  total: string
  last_total: string | null
  progress_done: number
  progress_total: number
  problems: unknown
  currency?: string
}

export type Change = 'new' | 'gone' | 'up' | 'down' | 'same'

export type PreviewRow = {
  customer_id: string
  customer_name: string
  number: string | null
  total: string | null
  last_total: string | null
  difference: string | null
  change: Change
  lines: ({ description: string } & Record<string, unknown>)[]
  warnings: string[]
}

export type PreviewPage = {
  data: PreviewRow[]
  next_cursor: string | null
  summary: Partial<Record<Change, number>>
}

/** The run, read again as it moves. */
export function useBillingRun(id: string): BillingRun {
  return useSuspenseQuery({
    queryKey: ['billing_run', id],
    queryFn: () => api.get<BillingRun>(`/billing_runs/${id}`),
    meta: { live: ['billing_run'], rest_ms: 1000 },
  }).data
}
