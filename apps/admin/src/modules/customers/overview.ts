import { useSuspenseQuery } from '@tanstack/react-query'
import { api, type Row } from '../../api.ts'

export type LiveSession = {
  id: string
  started_at: string
  ip: string | null
  input_bytes: number
  output_bytes: number
  download_bps: number | null
  upload_bps: number | null
  last_heard_at: string | null
}

export type ServiceLine = Row & {
  tariff_title: string | null
  /** For one unit and period; left out for whoever may not see prices. */
  price_now?: string | null
  speed_download_kbps: number | null
  speed_upload_kbps: number | null
  online: boolean
  session?: LiveSession | null
}

export type Overview = {
  customer: Row
  services: ServiceLine[]
  open_invoices: Row[]
  balance: string
  next_invoice: { date: string; amount: string | null } | null
  online_since: string | null
  last_payment: Row | null
  why_status: string | null
}

/** Of what a customer's page tells. */
export const onCustomer = ['customer', 'service', 'invoice', 'payment', 'transaction', 'session', 'tariff']

/** All that is asked in the first ten seconds of a call; sessions and usage move while one looks. */
export function useOverview(id: string): Overview {
  return useSuspenseQuery({
    queryKey: ['overview', id],
    queryFn: () => api.get<Overview>(`/customers/${id}/overview`),
    meta: { live: onCustomer, rest_ms: 4000 },
  }).data
}
