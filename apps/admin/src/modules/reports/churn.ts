/** One period of the churn report, as the server counts it. Money is left out for whoever may not see it. */
export type ChurnPeriod = {
  from: string
  to: string
  new: number
  activated: number
  returned: number
  blocked: number
  unblocked: number
  disabled: number
  net: number
  customers_start: number
  customers_end: number
  /** Percent, or null where nobody could have left. */
  churn_rate: string | null
  mrr: Record<'start' | 'new' | 'returned' | 'up' | 'down' | 'lost' | 'end', string> | null
}
export type Churn = { by: string; currency: string; data: ChurnPeriod[] }
