import type { Ctx } from '#kernel/ctx.ts'
import { mustBeAbleTo, visiblePartners } from '#kernel/permissions.ts'
import { notFound } from '#kernel/refused.ts'
import { printValue, shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, find } from '#kernel/store.ts'
import { billingTermNames, billingTerms } from './billing-terms.ts'
import { customers } from './customers.ts'
import { ownTerms, storedTerms } from './inherit-billing.ts'

/**
 * `GET /customers/{id}/billing`: each billing term in force, whether it is the customer's own, what it would inherit, and from which
 * partner; `{terms: {due_days: {value, own, inherited, from: {id, name} | null}}}`. A partner out of the actor's sight is null.
 */
export async function billingOf(ctx: Ctx, customer_id: string) {
  const noun = asResource(customers)
  mustBeAbleTo(ctx, noun, 'get')
  const customer = await find(ctx, customers, customer_id)
  if (!customer) throw notFound('Customer')
  const above = await ctx.db.maybe(sql<{
    terms: Record<string, unknown>
    sources: Record<string, string>
    names: Record<string, string>
  }>`
    select t.terms, t.sources,
      (select jsonb_object_agg(p.id, p.name) from partners p where p.id::text in (select value from jsonb_each_text(t.sources))) as names
    from partner_billing_terms t
    where t.partner_id = ${customer.partner_id}`)
  const own = new Set(ownTerms(customer))
  const shown = shapeOf(ctx, noun).fields
  const seen = visiblePartners(ctx)
  const stored = storedTerms(above?.terms ?? {})
  const terms = billingTermNames
    .filter((name) => shown.has(name))
    .map((name) => {
      const source = above?.sources[name]
      const visible = source !== undefined && (seen === null || seen.includes(source))
      return [
        name,
        {
          value: printValue(ctx, billingTerms[name], customer[name]),
          own: own.has(name),
          inherited: printValue(ctx, billingTerms[name], stored[name]),
          from: visible ? { id: source, name: above?.names[source] ?? '' } : null,
        },
      ] as const
    })
  return { customer_id, partner_id: customer.partner_id, terms: Object.fromEntries(terms) }
}
