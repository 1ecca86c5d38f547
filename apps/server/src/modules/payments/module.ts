import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { allocatePayment, receivePayment, refundPayment, undoAllocation } from './commands.ts'
import { allocations, payments } from './payments.ts'
import { applyCredit, catchUp } from './reactions.ts'

export const paymentsModule: Module = {
  name: 'payments',
  nouns: [asResource(payments), asResource(allocations)],
  verbs: [receivePayment, refundPayment, allocatePayment, undoAllocation],
  insiders: [applyCredit, catchUp],
}
