import { counter } from '#kernel/metrics.ts'

export const accessCounter = counter(
  'isp_radius_access_total',
  'Access-Requests decided, by outcome and reason.',
  ['outcome', 'code'],
)
const accountingCounter = counter('isp_radius_accounting_total', 'Accounting-Requests by kind and outcome.', [
  'kind',
  'outcome',
])
/** Counters by their labels, found once: prom-client sorts and joins the labels each time otherwise. */
const accounted = new Map<string, { inc(): void }>()
export function countAccounting(kind: string, outcome: 'ack' | 'drop'): void {
  const name = kind + outcome
  let counter = accounted.get(name)
  if (!counter) accounted.set(name, (counter = accountingCounter.labels({ kind, outcome })))
  counter.inc()
}
export const dropCounter = counter('isp_radius_drops_total', 'RADIUS packets left unanswered, by reason.', [
  'reason',
])
export const coaCounter = counter(
  'isp_radius_coa_total',
  'CoA and Disconnect requests sent, by kind and result.',
  ['kind', 'result'],
)
export const unloggedCounter = counter(
  'isp_radius_unlogged_attempts_total',
  'Access attempts that could not be written to the log.',
)
