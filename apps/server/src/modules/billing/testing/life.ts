import { dateOf, dayOf, without, type Day, type Days } from '#kernel/calendar.ts'
import { drawUp, type BillLine, type ActiveStretch, type BillableService } from '../bill.ts'
import { chargeOf } from '../charges.ts'
import { daysLines } from '../lines.ts'
import type { Proration } from '../proration.ts'
import { reconcile, type Charged } from '../reconcile.ts'
import { pricedStretches } from '../stretches.ts'
import { judgedBy, movesNoMoney } from '../reprice.ts'
import {
  completed,
  periodOn,
  timelineOf,
  whatHappened,
  type DatedChange,
  type Entry,
  type Period,
} from '#modules/services/index.ts'

/** One service and its money, by the product's own decisions and without a database: days pass, changes are entered, runs bill. */
export type Life = {
  today: Day
  billing_day: number
  /** The rule it was sold under; null: by the day. */
  rule: Rule | null
  min_invoice: bigint
  changes: DatedChange[]
  /** Withdrawn changes keep their numbers. */
  entered: number
  /** Planned changes up to this day have come true. */
  followed: Day
  unbilled_from: Day | null
  next_billing: Day | null
  charges: Charged[]
  documents: Document[]
  /** How many documents there were when a change was entered. */
  before: Map<DatedChange, number>
}
export type Rule = Omit<Proration, 'first'>
export type Document = { kind: 'invoice' | 'credit_note'; id: string; net: bigint; tax: bigint; days: Days }

const catalog = new Map(
  ['a', 'b'].map((id) => [id, { title: id, setup_fee: 0n, tax_rate: 210_000n, revenue: null }]),
)

export function begin(
  today: Day,
  billing_day: number,
  rules: { rule?: Rule | null; min_invoice?: bigint } = {},
): Life {
  const life: Life = {
    today,
    billing_day,
    rule: rules.rule ?? null,
    min_invoice: rules.min_invoice ?? 0n,
    changes: [],
    entered: 0,
    followed: today,
    unbilled_from: null,
    next_billing: null,
    charges: [],
    documents: [],
    before: new Map(),
  }
  const sold: Entry = { kind: 'create', date: dateOf(today), tariff_id: 'a', price: 3000n }
  life.changes = [
    completed({ ...sold, price_is_custom: false, quantity: 1, period_months: 1 }, ++life.entered),
  ]
  return life
}

/** Enters changes together, or takes some back. */
export function enter(life: Life, add: readonly Entry[], takeBack: readonly DatedChange[] = []): void {
  const before = timelineOf(life.changes).periods
  const group_id = add.length > 1 ? `group ${life.entered}` : null
  life.changes = [
    ...life.changes.filter((change) => !takeBack.includes(change)),
    ...add.map((entry) => completed({ group_id, ...entry }, ++life.entered)),
  ]
  for (const change of life.changes.slice(-add.length || life.changes.length))
    if (!life.before.has(change)) life.before.set(change, life.documents.length)
  const after = timelineOf(life.changes).periods
  const entry = { adds: add.length > 0, takesBack: takeBack.length > 0 }
  const { action, data } = whatHappened(before, after, entry, dateOf(life.today))
  const [was, is] = [before, after].map((periods) => periodOn(periods, dateOf(life.today)))
  const moved = was?.status !== is?.status || was?.tariff_id !== is?.tariff_id
  reprice(life, { type: `service.${moved && entry.adds ? 'tariff_changed' : action}`, data })
}

/** Lets days pass; the changes planned for them come true at the end, as after a night in which nothing ran. */
export function pass(life: Life, days: number): void {
  life.today += days
  const due = life.changes.filter(({ date }) => dayOf(date) > life.followed && dayOf(date) <= life.today)
  life.followed = life.today
  const from = due.map(({ date }) => date).sort()[0]
  if (from !== undefined) reprice(life, { type: 'service.terms_changed', data: { from, until: null } })
}

/** What a billing run of today does to the customer. */
export function bill(life: Life): void {
  if (life.next_billing === null || life.next_billing > life.today) return
  const drawn = drawUp(customerOf(life, life.unbilled_from), catalog, life.today)
  if (drawn.total > 0n) issue(life, drawn.lines)
  life.next_billing = drawn.next_billing
  life.unbilled_from = drawn.billed_until ?? life.unbilled_from
}

export const periodsOf = (life: Life): Period[] => timelineOf(life.changes).periods

type Told = { type: string; data: Record<string, unknown> }

function reprice(life: Life, event: Told): void {
  const { from } = event.data
  if (typeof from !== 'string' || movesNoMoney(event)) return
  const since = life.unbilled_from === null ? null : Math.min(life.unbilled_from, dayOf(from), life.today)
  const customer = customerOf(life, since)
  const [service] = customer.services
  const due = service!.active.flatMap((stretch) => without(stretch, service!.charged))[0]?.from
  const billedMonthly =
    life.unbilled_from !== null && life.next_billing !== null && life.next_billing <= life.today + 31
  if (!billedMonthly && due !== undefined) life.next_billing = Math.min(life.next_billing ?? Infinity, due)
  if (life.unbilled_from !== null) life.unbilled_from = Math.min(life.unbilled_from, dayOf(from))
  const charged = life.charges.filter(({ until }) => until > dayOf(from))
  const judged = judgedBy(event, service!.active, life.today, service!.proration ?? null)
  const { corrections, again } = reconcile(charged, pricedStretches(service!.active, []), {
    ...judged,
    withdrawn: pricedStretches(judged.withdrawn, []),
  })
  if (corrections.length === 0) return
  const wrong = new Set(corrections.map((correction) => correction.charged))
  life.charges = [
    ...life.charges.filter((charge) => !wrong.has(charge)),
    ...corrections.flatMap(({ kept }) => kept),
  ]
  for (const { charged: charge, credits } of corrections)
    for (const { net, tax, days } of credits)
      if (net + tax !== 0n)
        life.documents.push({ kind: 'credit_note', id: charge.invoice_id, net, tax, days })
  const lines = again.flatMap((stretch) => daysLines(service!, stretch, stretch, life.billing_day, catalog))
  if (lines.some(({ net }) => net > 0n)) issue(life, lines)
}

function issue(life: Life, lines: readonly BillLine[]): void {
  for (const line of lines) {
    const id = `invoice ${life.documents.length}`
    const { net, tax, days } = line
    life.documents.push({ kind: 'invoice', id, net, tax, days: days! })
    const charge = chargeOf(line, id)
    if (charge) life.charges.push(charge)
  }
}

export function prorationOf(life: Life): Proration | null {
  const first = periodsOf(life).find(({ status }) => status === 'active')
  return life.rule && first ? { first: dayOf(first.from), ...life.rule } : null
}

/** As it is read for a bill: nothing before `since`. */
function customerOf(life: Life, since: Day | null) {
  const proration = prorationOf(life)
  const active: ActiveStretch[] = periodsOf(life)
    .filter(({ status }) => status === 'active')
    .map(({ from, until, tariff_id, price, quantity, period_months, anchor }) => ({
      from: Math.max(dayOf(from), since ?? -Infinity),
      until: until === null ? Infinity : dayOf(until),
      tariff_id,
      price,
      quantity,
      period_months,
      anchor: anchor === null ? null : dayOf(anchor),
      ...(proration ? { proration } : {}),
    }))
    .filter(({ from, until }) => from < until)
  const service: BillableService = {
    id: 's',
    service_type: 'internet',
    description: null,
    login: 'l',
    active,
    ...(proration ? { proration } : {}),
    charged: life.charges.filter(({ until }) => since === null || until > since),
    charged_once: false,
    setup_fee_charged: true,
  }
  const nobody = {
    email: null,
    street: null,
    city: null,
    postal_code: null,
    country: null,
    tax_id: null,
    tax_exempt: false,
    tax_exempt_reason: null,
  }
  return {
    id: 'c',
    partner_id: 'p',
    number: '1',
    name: 'Ada',
    ...nobody,
    billing_day: life.billing_day,
    due_days: 15,
    balance: 0n,
    min_invoice: life.min_invoice,
    services: [service],
  }
}
