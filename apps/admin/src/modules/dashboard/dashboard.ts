export type Dashboard = {
  customers_by_status: Record<'new' | 'active' | 'blocked' | 'disabled', number>
  mrr: string
  mrr_last_month: string
  receivables: string
  overdue: string
  overdue_invoices: number
  sessions_online: number
  traffic: { at: string; download_bps: number; upload_bps: number }[]
  revenue_by_month: { month: string; invoiced: string; paid: string }[]
  new_customers_this_month: number
  currency: string
}
