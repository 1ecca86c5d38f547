/** Whether a subscriber may be online: a pure decision on what is known of it, with its reasons. RADIUS and "Why?" both ask here. */
export type AccessSnapshot = {
  service_status: string
  customer_status: string
  customer_status_reason: string | null
  customer_status_since: string
  /** Days in the ISP's time zone. */
  today: string
  start_date: string
  block_mode: 'reject' | 'walled'
}

export type AccessDecision = {
  decision: 'accept' | 'reject' | 'walled'
  /** Stable, for counters and reply messages. */
  code:
    | 'ok'
    | 'customer_blocked'
    | 'customer_disabled'
    | 'customer_new'
    | 'service_not_active'
    | 'service_not_started'
  sentence: string
}

export function decideAccess(snapshot: AccessSnapshot): AccessDecision {
  const {
    service_status,
    customer_status,
    customer_status_reason: why,
    customer_status_since: since,
  } = snapshot
  const refused = (code: AccessDecision['code'], sentence: string): AccessDecision => ({
    decision: 'reject',
    code,
    sentence,
  })
  if (service_status !== 'active')
    return refused('service_not_active', `Access is refused because the service is ${service_status}.`)
  if (snapshot.start_date > snapshot.today)
    return refused(
      'service_not_started',
      `Access is refused because the service starts on ${snapshot.start_date}.`,
    )
  if (customer_status === 'blocked') {
    const because = `because the customer is blocked since ${since.slice(0, 10)}${why ? `: ${why.replace(/\.$/, '')}` : ''}.`
    return snapshot.block_mode === 'walled'
      ? {
          decision: 'walled',
          code: 'customer_blocked',
          sentence: `Access is limited to the walled garden ${because}`,
        }
      : refused('customer_blocked', `Access is refused ${because}`)
  }
  if (customer_status === 'disabled')
    return refused(
      'customer_disabled',
      `Access is refused because the customer is disabled since ${since.slice(0, 10)}${why ? `: ${why}` : '.'}`,
    )
  if (customer_status === 'new')
    return refused('customer_new', 'Access is refused because the customer is not active yet.')
  return {
    decision: 'accept',
    code: 'ok',
    sentence: 'Access is granted: the customer and the service are active.',
  }
}
