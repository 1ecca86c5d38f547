import type { Ctx } from '#kernel/ctx.ts'
import { isId } from '#kernel/ids.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { Refused } from '#kernel/refused.ts'
import { words } from '#kernel/resource.ts'
import { empty, id, sql } from '#kernel/sql.ts'
import type { Customer } from '#modules/customers/index.ts'

type Kind =
  | 'status'
  | 'service'
  | 'invoice'
  | 'payment'
  | 'session'
  | 'audit'
  | 'coa'
  | 'note'
  | 'todo'
  | 'file'
type Happened = {
  id: string
  at: string
  type: string
  noun: string
  row_id: string
  data: Record<string, unknown>
  actor: { kind: string; name: string }
  cause: { event_id: string; type: string }[]
  /** What the row is called: a login, a number. */
  called: string | null
  amount: bigint | null
}

/** Everything that happened to a customer and what belongs to it, newest first, with who and why. Ids are in order of time. */
export async function customerTimeline(
  ctx: Ctx,
  customer: Customer,
  limit: number,
  cursor: string | undefined,
) {
  if (cursor !== undefined && !isId(cursor))
    throw new Refused(400, 'bad_cursor', 'This cursor does not belong to this list. Start again without one.')
  const before = cursor ? sql`and x.id < ${cursor}` : empty
  const may = (noun: string) => ctx.access.can(noun, 'list')
  const of = (noun: string, called: string, amount: string) =>
    may(noun)
      ? sql`union all select id, ${{ text: [called], values: [] }}::text, ${{ text: [amount], values: [] }}::bigint from ${{ text: [`${noun}s`], values: [] }} where customer_id = ${customer.id}`
      : empty
  const hanging = (noun: string, table: string, called: string) =>
    may(noun)
      ? sql`union all select h.id, ${ctx.access.hidden(noun).has(called) ? sql`null` : sql`left(${id(`h.${called}`)}, 80)`}, null from ${id(table)} h join belongings b on h.row_id = b.id`
      : empty
  const rows = await ctx.db.all(sql<Happened>`
    with belongings as (
      select id, number as called, null::bigint as amount from customers where id = ${customer.id}
      ${of('service', 'coalesce(login, description)', 'null')}
      ${of('invoice', 'number', 'total')}
      ${of('credit_note', 'number', 'total')}
      ${of('payment', 'reference', 'amount')}
      ${of('refund', 'reference', 'amount')}
    ), all_of_it as (
      select * from belongings
      ${hanging('note', 'notes', 'text')}
      ${hanging('todo', 'todos', 'title')}
      ${hanging('file', 'files', 'name')}
      ${may('service_mac') ? sql`union all select m.id, m.mac, null from service_macs m join belongings b on m.service_id = b.id` : empty}
    ), told as (
      select e.id, e.at, e.type, e.noun, e.row_id, e.data, e.actor, e.cause, b.called, b.amount
      from all_of_it b
      cross join lateral (select * from events x where x.row_id = b.id and x.type <> all(${untold}::text[]) ${before} order by x.id desc limit ${limit + 1}) e
      order by e.id desc
      limit ${limit + 1}
    )
    select * from told
    ${
      may('session')
        ? sql`union all (
      select x.id, x.started_at, 'session.started', 'session', x.id, jsonb_build_object('status', x.status, 'stopped_at', x.stopped_at, 'stop_cause', x.stop_cause, 'ip', host(x.ip)),
        '{"kind":"system","name":"RADIUS"}', '[]', x.login, null
      from sessions x where x.customer_id = ${customer.id} ${before} order by x.id desc limit ${limit + 1})`
        : empty
    }
    ${
      may('coa_request')
        ? sql`union all (
      select x.id, x.created_at, 'coa_request.' || x.kind, 'coa_request', x.id, jsonb_build_object('status', x.status, 'reason', x.reason, 'last_error', x.last_error),
        '{"kind":"system","name":"RADIUS"}', '[]', null, null
      from coa_requests x where x.customer_id = ${customer.id} ${before} order by x.id desc limit ${limit + 1})`
        : empty
    }
    order by id desc
    limit ${limit + 1}`)
  const page = rows.slice(0, limit)
  return {
    data: page.map((row) => ({
      id: row.id,
      at: row.at,
      kind: kindOf(row),
      title: titleOf(ctx, row),
      detail: detailOf(ctx, row),
      noun: row.noun,
      row_id: row.row_id,
      actor: { kind: row.actor.kind, name: row.actor.name },
      cause: row.cause.map(({ type, event_id }) => ({ type, id: event_id })),
    })),
    next_cursor: rows.length > limit ? page.at(-1)!.id : null,
  }
}

/** What is said to whoever sends, and happened to nobody. */
const untold = ['invoice.delivery_due', 'invoice.reminder_due']

const statusChanges = new Set([
  'customer.activated',
  'customer.blocked',
  'customer.unblocked',
  'customer.disabled',
])
const kinds: Record<string, Kind> = {
  service: 'service',
  service_mac: 'service',
  invoice: 'invoice',
  credit_note: 'invoice',
  payment: 'payment',
  refund: 'payment',
  session: 'session',
  coa_request: 'coa',
  note: 'note',
  todo: 'todo',
  file: 'file',
}

const kindOf = ({ type, noun }: Happened): Kind =>
  statusChanges.has(type) ? 'status' : (kinds[noun] ?? 'audit')

function titleOf(ctx: Ctx, { type, noun, called, amount }: Happened): string {
  const action = words(type.slice(type.indexOf('.') + 1)).toLowerCase()
  const money =
    amount === null
      ? ''
      : ` over ${formatDecimal(amount, currencyDigits(ctx.tenant.currency))} ${ctx.tenant.currency}`
  if (noun === 'coa_request')
    return `${type.endsWith('disconnect') ? 'Disconnect' : 'Change of authorization'} sent to the router`
  if (noun === 'customer') return `Customer ${action}`
  if (noun === 'todo' || noun === 'note')
    return `${noun === 'todo' ? 'To-do' : 'Note'} ${action}${called ? `: ${called}` : ''}`
  return `${words(noun)}${called ? ` ${called}` : ''}${money} ${action}`
}

function detailOf(ctx: Ctx, { noun, data }: Happened): string | null {
  const text = (name: string): string | null => (typeof data[name] === 'string' ? data[name] : null)
  if (noun === 'session') {
    const address = text('ip') ? `address ${text('ip')}` : null
    const ended = text('stopped_at')
      ? `ended ${localMinute(ctx, text('stopped_at')!)}${text('stop_cause') ? ` (${text('stop_cause')})` : ''}`
      : text('status')
    return [address, ended].filter(Boolean).join(', ') || null
  }
  if (noun === 'coa_request')
    return [text('status'), text('reason'), text('last_error')].filter(Boolean).join(': ') || null
  const from = text('from')
  return text('reason') ?? (from && /^\d{4}-/.test(from) ? `from ${from}` : null)
}

/** `2026-11-22 17:04`, in the ISP's time zone. */
const localMinute = (ctx: Ctx, at: string): string =>
  Temporal.Instant.from(at)
    .toZonedDateTimeISO(ctx.tenant.time_zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
    .replace('T', ' ')
