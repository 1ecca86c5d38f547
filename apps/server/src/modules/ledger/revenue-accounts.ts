import { inside } from '#kernel/insiders.ts'
import { invalidField } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'

/** What a revenue category earns is posted to an account for income, or the books would say that it was something else. */
export const keepRevenueAccounts = inside(
  'ledger.keep_revenue_accounts',
  ['revenue_category.created', 'revenue_category.updated'],
  async (ctx, event) => {
    const account = await ctx.db.maybe(sql<{ code: string; name: string; type: string }>`
      select a.code, a.name, a.type
      from revenue_categories c
      join accounts a on a.tenant_id = c.tenant_id and a.id = c.account_id
      where c.id = ${event.row_id}`)
    if (account && account.type !== 'income')
      throw invalidField(
        'account_id',
        'not_income',
        `${account.code} ${account.name} is no account for income.`,
      )
  },
)
