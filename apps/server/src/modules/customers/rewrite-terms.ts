import type { Ctx } from '#kernel/ctx.ts'
import { kinds } from '#kernel/kinds.ts'
import { currencyDigits } from '#kernel/money.ts'
import { id, join, json, raw, sql, type Sql } from '#kernel/sql.ts'
import { billingTerms, type BillingTerm } from './billing-terms.ts'
import { shareBillingDay } from './share-billing-day.ts'

/** How many customers had which terms changed, as the API prints them. */
export type TermChanges = { changes: Partial<Record<BillingTerm, [unknown, unknown]>>; customers: number }

/** Whether an account `c` has no say in a term, because it is billed together with others. */
export function settledTogether(name: BillingTerm): Sql {
  if (name === 'billing_day') return sql`c.billed_by_id is not null`
  if (name === 'billing_type')
    return sql`(c.billed_by_id is not null or exists (select from customers s where s.tenant_id = c.tenant_id and s.billed_by_id = c.id))`
  return sql`false`
}

/** A term as it is to be: the customer's own, or else what its partner's terms say. */
export const inherited = (name: BillingTerm): Sql =>
  sql`case when c.billing_own ? ${name} or ${settledTogether(name)} then c.${id(name)} else ${fromTerms(name)} end`

export const fromTerms = (name: BillingTerm): Sql => {
  const { kind } = billingTerms[name]
  return kind === 'json' ? sql`t.terms -> ${name}` : sql`(t.terms ->> ${name})::${raw(kinds[kind].column)}`
}

/**
 * Gives terms to many customers, who must be locked, in one statement, with an audit row and a `customer.updated` for each whose terms
 * differ from then on. `values` may speak of the customer as `c` and of its partner's terms as `t`; `own` is the new `billing_own`.
 */
export async function rewriteTerms(
  ctx: Ctx,
  ids: readonly string[],
  to: { values: Partial<Record<BillingTerm, Sql>>; own?: Sql; reason: string | null },
): Promise<{ customers: number; changes: TermChanges[] }> {
  const values = Object.entries(to.values) as [BillingTerm, Sql][]
  if (ids.length === 0 || values.length === 0) return { customers: 0, changes: [] }
  const names = values.map(([name]) => name)
  const each = (of: (name: BillingTerm) => Sql) => join(names.map(of))
  const columns = [
    ...names.map((name) => [name, sql`w.${id(name)}`] as const),
    ['billing_own', sql`w.billing_own`] as const,
  ]
  const groups = await ctx.db.all(sql<TermChanges & { total: bigint }>`
    with wanted as (
      select c.id, ${join(values.map(([name, value]) => sql`${value} as ${id(name)}`))}, ${to.own ?? sql`c.billing_own`} as billing_own
      from customers c
      join partner_billing_terms t on t.tenant_id = c.tenant_id and t.partner_id = c.partner_id
      where c.id = any(${ids}::uuid[])
    ), changed as (
      update customers c
      set ${join(columns.map(([name, value]) => sql`${id(name)} = ${value}`))}, version = c.version + 1, updated_at = ${ctx.now}
      from wanted w
      where c.id = w.id and (${join(columns.map(([name]) => sql`c.${id(name)}`))}) is distinct from (${join(columns.map(([, value]) => value))})
      returning c.id, jsonb_strip_nulls(jsonb_build_object(${each((name) => sql`${name}::text, case when old.${id(name)} is distinct from new.${id(name)} then jsonb_build_array(${printed(ctx, name, 'old')}, ${printed(ctx, name, 'new')}) end`)})) as changes,
        case when old.billing_own is distinct from new.billing_own then jsonb_build_object('billing_own', jsonb_build_array(old.billing_own, new.billing_own)) else '{}' end as own
    ), audited as (
      insert into audit_events (id, tenant_id, at, noun, row_id, action, reason, changes, actor_kind, actor_id, actor_name, request_id, ip, cause)
      select uuidv7(), ${ctx.tenant.id}::uuid, ${ctx.now}::timestamptz, 'customer', id, 'updated', ${to.reason}::text, changes || own,
        ${ctx.actor.kind}::text, ${ctx.actor.id}::uuid, ${ctx.actor.name}::text, ${ctx.request_id}::uuid, ${ctx.ip}::inet, ${json(ctx.cause)}
      from changed
    ), told as (
      insert into events (id, tenant_id, at, type, noun, row_id, data, actor, cause)
      select uuidv7(), ${ctx.tenant.id}::uuid, ${ctx.now}::timestamptz, 'customer.updated', 'customer', id,
        jsonb_build_object('changed', (select jsonb_agg(term) from jsonb_object_keys(changes || own) as names (term)), 'reason', ${to.reason}::text),
        ${json(ctx.actor)}, ${json(ctx.cause)}
      from changed
    )
    select changes, count(*)::integer as customers, sum(count(*)) over ()::bigint as total
    from changed
    group by changes
    order by 2 desc
    limit 100`)
  if (names.includes('billing_day')) await shareBillingDay(ctx, ids)
  return {
    customers: Number(groups[0]?.total ?? 0n),
    changes: groups.map(({ changes, customers }) => ({ changes, customers })),
  }
}

/** As the API prints it: money is a decimal string. */
function printed(ctx: Ctx, name: BillingTerm, of: 'old' | 'new'): Sql {
  const value = sql`${raw(of)}.${id(name)}`
  if (billingTerms[name].kind !== 'money') return value
  const digits = currencyDigits(ctx.tenant.currency)
  return sql`round(${value}::numeric / ${raw(String(10 ** digits))}, ${raw(String(digits))})::text`
}
