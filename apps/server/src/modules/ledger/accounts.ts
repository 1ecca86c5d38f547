import type { Ctx } from '#kernel/ctx.ts'
import { visiblePartners } from '#kernel/permissions.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { resource } from '#kernel/resource.ts'
import { insert } from '#kernel/store.ts'

export const accounts = resource('account', {
  sort: 'code',
  generic: ['list', 'get', 'create'],
  help: 'An account stays once it is there: entries may stand on it.',
  fields: {
    code: {
      kind: 'text',
      max: 8,
      filter: true,
      sort: true,
      list: true,
      help: '3 to 8 digits',
    },
    name: { kind: 'text', max: 120, list: true },
    type: { kind: 'choice', values: ['asset', 'liability', 'equity', 'income', 'expense'], list: true },
  },
  before: {
    async create(ctx, account) {
      if (visiblePartners(ctx))
        throw new Refused(403, 'not_your_ledger', 'Only the ISP itself adds accounts to its ledger.')
      if (!/^[0-9]{3,8}$/.test(String(account.code)))
        throw invalidField('code', 'not_a_code', 'The code of an account is 3 to 8 digits.')
    },
  },
})

/** The chart every tenant starts with, by what the code calls each account. */
export const chart = {
  cash: { code: '1000', name: 'Cash', type: 'asset' },
  bank: { code: '1010', name: 'Bank', type: 'asset' },
  card_clearing: { code: '1020', name: 'Card payments in transit', type: 'asset' },
  receivables: { code: '1100', name: 'Receivables from customers', type: 'asset' },
  transfers: { code: '1190', name: 'Transfers between customers', type: 'asset' },
  tax_payable: { code: '2200', name: 'Tax payable', type: 'liability' },
  opening_balances: { code: '3900', name: 'Opening balances', type: 'equity' },
  internet_revenue: { code: '4000', name: 'Internet services', type: 'income' },
  recurring_revenue: { code: '4010', name: 'Other recurring services', type: 'income' },
  one_time_revenue: { code: '4020', name: 'One-time charges', type: 'income' },
  write_offs: { code: '6900', name: 'Bad debts written off', type: 'expense' },
  rounding: { code: '6990', name: 'Rounding differences', type: 'expense' },
} as const satisfies Record<string, { code: string; name: string; type: string }>

export type AccountName = keyof typeof chart

/** An account by what the code calls it, or one of the ISP's own by its code: `own:4711`. */
export type AccountRef = AccountName | `own:${string}`

export const codeOf = (account: AccountRef): string =>
  isNamed(account) ? chart[account].code : account.slice('own:'.length)

const isNamed = (account: AccountRef): account is AccountName => account in chart

export async function createChart(ctx: Ctx): Promise<void> {
  for (const account of Object.values(chart)) await insert(ctx, accounts, account)
}
