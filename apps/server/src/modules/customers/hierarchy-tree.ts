import type { Ctx } from '#kernel/ctx.ts'
import { and, scope } from '#kernel/filters.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { customers, type Customer } from './customers.ts'

/** An account and those below it. Money is left out for whoever may not see balances. */
export type AccountNode = Record<string, unknown> & {
  id: string
  /** Its own balance and those of all accounts below it. */
  total_balance?: string
  subs: AccountNode[]
}

export type Hierarchy = {
  root: AccountNode
  totals: { accounts: number; balance?: string; owed?: string; credit?: string }
  /** More accounts belong to it than are shown. */
  truncated: boolean
}

const most = 1000
const shown = [
  'id',
  'number',
  'name',
  'status',
  'category',
  'city',
  'parent_id',
  'sub_billing_mode',
  'billed_by_id',
  'billing_day',
  'balance',
] as const

/** The whole family of an account, from the highest account above it that the actor may see. */
export async function hierarchyOf(ctx: Ctx, customer: Customer): Promise<Hierarchy> {
  const noun = asResource(customers)
  const visible = and(scope(ctx, noun))
  const rows = await ctx.db.all(sql<Customer & { depth: number }>`
    with recursive seen as not materialized (
      select * from customers ${visible}
    ), above as (
      select id, parent_id, 0 as height from seen where id = ${customer.id}
      union all
      select p.id, p.parent_id, a.height + 1 from above a join seen p on p.id = a.parent_id where a.height < 100
    ), family as (
      select id, 0 as depth from (select id from above order by height desc limit 1) top
      union all
      select c.id, f.depth + 1 from family f join seen c on c.parent_id = f.id where f.depth < 100
    )
    select c.*, f.depth
    from family f
    join customers c on c.id = f.id
    order by f.depth, c.name, c.id
    limit ${most + 1}`)
  const members = rows.slice(0, most)
  const { present, fields } = shapeOf(ctx, noun)
  const money = fields.has('balance')
  const printed = (amount: bigint) => formatDecimal(amount, currencyDigits(ctx.tenant.currency))
  const below = Map.groupBy(
    members.filter((row) => row.depth > 0),
    (row) => row.parent_id,
  )
  const nodeOf = (row: Customer): { node: AccountNode; total: bigint } => {
    const subs = (below.get(row.id) ?? []).map(nodeOf)
    const total = subs.reduce((sum, sub) => sum + sub.total, row.balance)
    const whole = present(row)
    return {
      total,
      node: {
        ...Object.fromEntries(shown.filter((name) => name in whole).map((name) => [name, whole[name]])),
        id: row.id,
        ...(money ? { total_balance: printed(total) } : {}),
        subs: subs.map(({ node }) => node),
      },
    }
  }
  const { node: root, total } = nodeOf(members[0]!)
  const sumOf = (counts: (balance: bigint) => boolean) =>
    printed(members.reduce((sum, { balance }) => (counts(balance) ? sum + balance : sum), 0n))
  return {
    root,
    totals: {
      accounts: members.length,
      ...(money
        ? {
            balance: printed(total),
            owed: sumOf((balance) => balance < 0n),
            credit: sumOf((balance) => balance > 0n),
          }
        : {}),
    },
    truncated: rows.length > most,
  }
}
