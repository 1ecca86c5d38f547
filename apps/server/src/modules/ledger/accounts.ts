import type { Ctx } from '#kernel/ctx.ts'
import { resource } from '#kernel/resource.ts'
import { insert } from '#kernel/store.ts'

export const accounts = resource('account', {
  sort: 'code',
  generic: ['list', 'get'],
  fields: {
    code: { kind: 'text', max: 8, filter: true, sort: true, list: true },
    name: { kind: 'text', max: 120, list: true },
    type: { kind: 'choice', values: ['asset', 'liability', 'equity', 'income', 'expense'], list: true },
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
  internet_revenue: { code: '4000', name: 'Internet services', type: 'income' },
  recurring_revenue: { code: '4010', name: 'Other recurring services', type: 'income' },
  one_time_revenue: { code: '4020', name: 'One-time charges', type: 'income' },
  write_offs: { code: '6900', name: 'Bad debts written off', type: 'expense' },
  rounding: { code: '6990', name: 'Rounding differences', type: 'expense' },
} as const satisfies Record<string, { code: string; name: string; type: string }>

export type AccountName = keyof typeof chart

export async function createChart(ctx: Ctx): Promise<void> {
  for (const account of Object.values(chart)) await insert(ctx, accounts, account)
}
