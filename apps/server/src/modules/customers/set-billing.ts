import { collectionCommand } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { and, conditions, scope, type ListQuery } from '#kernel/filters.ts'
import { Complaint } from '#kernel/kind.ts'
import { JsonValue, kinds } from '#kernel/kinds.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { words, type Field } from '#kernel/resource.ts'
import { searchCondition } from '#kernel/search.ts'
import { raw, sql, type Sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { billingTermNames, billingTerms, checkTerms, type BillingTerm } from './billing-terms.ts'
import { customers } from './customers.ts'
import { fromTerms, rewriteTerms, settledTogether } from './rewrite-terms.ts'

const most = 200_000

/**
 * `POST /customers/set_billing {field, value, filter}`: one billing term of every customer that a list query finds, in one go; null
 * gives the term up for the partner's. Rehearsed, it tells how many would change from what to what.
 * Answers `{field, matched, changed, changes: [{from, to, customers}]}`.
 */
export const setBilling = collectionCommand(
  customers,
  'set_billing',
  {
    label: 'Set billing term',
    help: 'Gives one billing term to all customers of a list; empty takes the partner’s.',
    danger: true,
    answers: 'json',
    input: {
      field: { kind: 'choice', values: billingTermNames },
      value: { kind: 'json', nullable: true, help: 'Empty: inherited from the partner' },
      filter: { kind: 'json', help: 'A list query such as {"status": "active"}; {} is every customer' },
      reason: { kind: 'text', max: 500, nullable: true },
    },
  },
  async (ctx, { field, value, filter, reason = null }) => {
    mustBeAbleToChange(ctx, field)
    const given = value instanceof JsonValue ? value.value : (value ?? null)
    const query = queryIn(filter instanceof JsonValue ? filter.value : filter)
    const ids = await found(ctx, field, query)
    const own = sql`(select coalesce(jsonb_agg(own.term), '[]') from (
      select term from jsonb_array_elements_text(c.billing_own) as given (term) where term <> ${field}
      ${given === null ? sql`` : sql`union all select ${field}::text`}) as own)`
    const { customers: changed, changes } = await rewriteTerms(ctx, ids, {
      values: { [field]: given === null ? fromTerms(field) : decoded(ctx, field, given) },
      own: given === null ? own : sql`case when c.billing_own ? ${field} then c.billing_own else ${own} end`,
      reason,
    })
    return {
      field,
      matched: ids.length,
      changed,
      changes: changes.flatMap(({ changes: terms, customers: count }) => {
        const pair = terms[field]
        return pair ? [{ from: pair[0], to: pair[1], customers: count }] : []
      }),
    }
  },
)

function mustBeAbleToChange(ctx: Ctx, field: BillingTerm): void {
  const { name } = customers
  if (ctx.access.readonly(name).has(field) || ctx.access.hidden(name).has(field))
    throw invalidField(field, 'forbidden_field', `${words(field)} may not be changed by your role.`)
}

function queryIn(filter: unknown): ListQuery {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter))
    throw invalidField('filter', 'not_a_filter', 'The filter is a list query: {"status": "active"}.')
  const strange = Object.entries(filter).find(([, value]) => typeof value !== 'string')
  if (strange)
    throw invalidField(
      'filter',
      'not_a_filter',
      `The filter’s “${strange[0]}” must be text, as in a list’s address.`,
    )
  return filter as ListQuery
}

/** Whom the query finds, locked; accounts billed together have the term from one another and are left out. */
async function found(ctx: Ctx, field: BillingTerm, query: ListQuery): Promise<string[]> {
  const noun = asResource(customers)
  const where = [...scope(ctx, noun), ...conditions(ctx, noun, query)]
  where.push(
    sql`not exists (select from customers c where c.id = customers.id and ${settledTogether(field)})`,
  )
  if (query.q) where.push(searchCondition(ctx, noun, query.q))
  const rows = await ctx.db.all(sql<{ id: string }>`
    select id from customers ${and(where)} order by id limit ${most + 1} for no key update`)
  if (rows.length > most)
    throw new Refused(
      422,
      'too_many_rows',
      `At most ${most} customers are changed at once; narrow the filter.`,
    )
  return rows.map((row) => row.id)
}

function decoded(ctx: Ctx, name: BillingTerm, value: unknown): Sql {
  const field: Field = billingTerms[name]
  try {
    const stored = kinds[field.kind].decode(value, field, ctx.tenant)
    checkTerms({ [name]: stored })
    return sql`${stored instanceof JsonValue ? JSON.stringify(stored.value) : stored}::${raw(kinds[field.kind].column)}`
  } catch (error) {
    if (!(error instanceof Complaint)) throw error
    throw invalidField('value', error.code, `${field.label ?? words(name)} ${error.message}.`)
  }
}
