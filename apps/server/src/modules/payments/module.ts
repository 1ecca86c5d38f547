import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { allocatePayment, receivePayment, refundPayment, undoAllocation } from './commands.ts'
import { createOpeningBalance, withdrawOpeningBalance } from './opening-balance-verbs.ts'
import { openingBalances } from './opening-balances.ts'
import { allocations, payments } from './payments.ts'
import { refundCredit, returnRefund } from './pay-out.ts'
import { refunds } from './refunds.ts'
import { applyCredit, catchUp } from './reactions.ts'

export const paymentsModule: Module = {
  name: 'payments',
  nouns: [asResource(payments), asResource(refunds), asResource(openingBalances), asResource(allocations)],
  verbs: [
    receivePayment,
    refundPayment,
    allocatePayment,
    undoAllocation,
    refundCredit,
    returnRefund,
    createOpeningBalance,
    withdrawOpeningBalance,
  ],
  insiders: [applyCredit, catchUp],
}
