import { useMeta } from '../meta.ts'
import { money } from '../format.ts'

export function useMoney() {
  const { tenant } = useMeta()
  return (amount: unknown, currency?: unknown) =>
    money(amount, typeof currency === 'string' ? currency : tenant.currency)
}

/** An amount; below zero it is red and keeps its minus sign. */
export function Money(props: { amount: unknown; currency?: unknown; owing?: boolean }) {
  const format = useMoney()
  if (props.amount === null || props.amount === undefined) return null
  const negative = String(props.amount).startsWith('-')
  return (
    <span style={negative && props.owing ? { color: 'var(--isp-bad)' } : undefined}>
      {format(props.amount, props.currency)}
    </span>
  )
}
