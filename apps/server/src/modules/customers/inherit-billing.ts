import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { inside } from '#kernel/insiders.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { find } from '#kernel/store.ts'
import { partners } from '#modules/resellers/index.ts'
import { billingDefaults } from './billing-defaults.ts'
import { billingTermNames, billingTerms, checkTerms, type BillingTerm } from './billing-terms.ts'
import { inherited, rewriteTerms } from './rewrite-terms.ts'

/** A new customer's own terms are those it was given; the table's trigger fills in the others. */
export function beginTerms(customer: Record<string, unknown>): void {
  checkTerms(customer)
  const own = billingTermNames.filter((name) => customer[name] !== undefined && customer[name] !== null)
  for (const name of billingTermNames) if (!own.includes(name)) delete customer[name]
  customer.billing_own = new JsonValue(own)
}

/** A term that is given becomes the customer's own; null gives it up, and so does nothing else: another partner brings its terms. */
export async function followTerms(
  ctx: Ctx,
  customer: Record<string, unknown>,
  changes: Record<string, unknown>,
): Promise<void> {
  checkTerms(changes)
  const given = billingTermNames.filter((name) => changes[name] !== undefined)
  const moves = typeof changes.partner_id === 'string' && changes.partner_id !== customer.partner_id
  if (given.length === 0 && !moves) return
  const before = ownTerms(customer)
  const own = new Set(before)
  for (const name of given) {
    if (changes[name] === null) own.delete(name)
    else own.add(name)
  }
  const asked = billingTermNames.filter((name) => !own.has(name) && (moves || changes[name] === null))
  if (asked.length > 0) {
    const terms = await termsOf(ctx, String(moves ? changes.partner_id : customer.partner_id))
    for (const name of asked) {
      changes[name] = terms[name]
      if (terms[name] === undefined) delete changes[name]
    }
  }
  if (changes.billing_type !== undefined && changes.billing_type !== 'recurring')
    await mustBeBilledAlone(ctx, customer)
  if (own.size !== before.length || before.some((name) => !own.has(name)))
    changes.billing_own = new JsonValue(billingTermNames.filter((name) => own.has(name)))
}

/** Who pays in advance has no document on which others could come. */
async function mustBeBilledAlone(ctx: Ctx, customer: Record<string, unknown>): Promise<void> {
  const below = await ctx.db.maybe(sql`select 1 from customers where billed_by_id = ${customer.id} limit 1`)
  if (customer.billed_by_id || below)
    throw new Refused(
      409,
      'aggregated',
      'Accounts that are billed together are invoiced (recurring). Take them apart with leave_parent first.',
    )
}

export const ownTerms = (customer: Record<string, unknown>): BillingTerm[] =>
  customer.billing_own as BillingTerm[]

/** The terms of a partner's customers as stored values, held until the commit. */
async function termsOf(ctx: Ctx, partner_id: string): Promise<Partial<Record<BillingTerm, unknown>>> {
  const found = await ctx.db.maybe(
    sql<{ terms: Record<string, unknown> }>`
      select terms from partner_billing_terms where partner_id = ${partner_id} for share`,
  )
  return storedTerms(found?.terms ?? {})
}

/** What the database worked out as JSON, as the columns hold it. */
export const storedTerms = (terms: Record<string, unknown>): Partial<Record<BillingTerm, unknown>> =>
  Object.fromEntries(
    billingTermNames.flatMap((name) => {
      const value = terms[name]
      if (value === undefined) return []
      const { kind } = billingTerms[name]
      return [
        [name, kind === 'money' ? BigInt(value as number) : kind === 'json' ? new JsonValue(value) : value],
      ]
    }),
  )

/** Customers follow what is decided above them: a partner's terms, or another place of the partner in the tree. */
export const passTermsDown = inside(
  'customers.pass_terms_down',
  ['billing_default.created', 'billing_default.updated', 'partner.updated'],
  async (ctx, event) => {
    const changed = Array.isArray(event.data.changed) ? event.data.changed : []
    const moved = event.noun === 'partner'
    const names = moved
      ? changed.includes('parent_id')
        ? billingTermNames
        : []
      : billingTermNames.filter((name) => changed.includes(name))
    if (names.length === 0) return
    const partner_id = moved ? event.row_id : (await find(ctx, billingDefaults, event.row_id))!.partner_id
    const partner = await find(ctx, partners, partner_id)
    const { ids } = await ctx.db.one(sql<{ ids: string[] }>`
      with recursive down as (
        select id from partners where id = ${partner_id}
        union all
        select p.id from down d join partners p on p.parent_id = d.id
      ), held as (
        select id from customers where partner_id in (select id from down) for no key update
      )
      select coalesce(array_agg(id), '{}') as ids from held`)
    const { customers, changes } = await rewriteTerms(ctx, ids, {
      values: Object.fromEntries(names.map((name) => [name, inherited(name)])),
      reason: moved
        ? `the partner ${partner?.name ?? ''} has another place`
        : `the billing terms of ${partner?.name ?? 'the partner'} changed`,
    })
    if (customers > 0)
      record(ctx, {
        noun: event.noun,
        row_id: event.row_id,
        action: 'inherited',
        changes: {},
        data: { customers, terms: changes },
      })
  },
)
