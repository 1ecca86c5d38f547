import type { Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { sql } from '#kernel/sql.ts'
import { onItsDay } from '#modules/services/index.ts'

/**
 * What a rehearsed change of a service would do to its customer's balance: `{money: {credit, charge, fee, net, balance_before,
 * balance_after, currency, lines, sentence}}`, in decimals. Nothing for whoever may not see invoices or prices. Of a planned change it is
 * what moves on its day, `on`, as far as is billed by now.
 */
export async function moneyMoved(ctx: Ctx): Promise<Record<string, unknown>> {
  const told = ctx.effects.events.filter(
    ({ noun, data }) => noun === 'service' && typeof data.customer_id === 'string',
  )
  const [changed] = told
  // Of a change for many customers one balance says nothing.
  if (new Set(told.map(({ data }) => data.customer_id)).size > 1) return {}
  if (!changed || !ctx.access.can('invoice', 'get') || ctx.access.hidden('service').has('price')) return {}
  const { from } = changed.data
  const on = changed.type === 'service.change_planned' && typeof from === 'string' ? from : null
  const { effects } = on === null ? ctx : await onItsDay(ctx, changed.row_id, on)
  const idsOf = (type: string) =>
    effects.events.filter((event) => event.type === type).map(({ row_id }) => row_id)
  const lines = await ctx.db.all(sql<Line>`
    select 'credit' as kind, n.customer_id, l.description, l.period_from, l.period_to, - l.net as net, - l.tax as tax, - l.total as total
    from credit_note_lines l
    join credit_notes n on n.tenant_id = l.tenant_id and n.id = l.credit_note_id
    where n.id = any(${idsOf('credit_note.finalized')}::uuid[])
    union all
    select case when l.period_from is null then 'fee' else 'charge' end, i.customer_id, l.description, l.period_from, l.period_to, l.net, l.tax, l.total
    from invoice_lines l
    join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where i.id = any(${idsOf('invoice.finalized')}::uuid[])`)
  // Money goes to and from whoever pays for the service.
  const payer = await ctx.db.one(sql<{ id: string; balance: bigint }>`
    select id, balance from customers
    where id = (select coalesce(billed_by_id, id) from customers where id = ${changed.data.customer_id})`)
  const own = lines.filter(({ customer_id }) => customer_id === payer.id)
  const sum = (kind: Line['kind']) =>
    own.reduce((total, line) => (line.kind === kind ? total + line.total : total), 0n)
  const [credit, charge, fee] = [sum('credit'), sum('charge'), sum('fee')]
  const moved = credit - charge - fee
  const money = (units: bigint) => formatDecimal(units, currencyDigits(ctx.tenant.currency))
  const parts = [
    ...(credit > 0n ? [`${money(credit)} is given back`] : []),
    ...(charge > 0n ? [`${money(charge)} is charged`] : []),
    ...(fee > 0n ? [`the change itself costs ${money(fee)}`] : []),
  ]
  const before = payer.balance - moved
  const goes = `the balance goes from ${money(before)} to ${money(payer.balance)} ${ctx.tenant.currency}.`
  return {
    money: {
      credit: money(credit),
      charge: money(charge),
      fee: money(fee),
      net: money(moved),
      balance_before: money(before),
      balance_after: money(payer.balance),
      currency: ctx.tenant.currency,
      lines: own.map(({ kind, description, period_from, period_to, net, tax, total }) => ({
        kind,
        description,
        period_from,
        period_to,
        net: money(net),
        tax: money(tax),
        total: money(total),
      })),
      on,
      sentence: [
        ...(on === null ? [] : [`No money moves before ${on}.`]),
        ...(parts.length > 0
          ? [
              on === null
                ? `${capital(joined(parts))}; ${goes}`
                : `Then, of what is billed by now: ${joined(parts)}; ${goes}`,
            ]
          : on === null
            ? ['No money moves.']
            : []),
      ].join(' '),
    },
  }
}

type Line = {
  kind: 'credit' | 'charge' | 'fee'
  customer_id: string
  description: string
  period_from: string | null
  period_to: string | null
  net: bigint
  tax: bigint
  total: bigint
}

const joined = (parts: readonly string[]): string =>
  parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts.join('')
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
