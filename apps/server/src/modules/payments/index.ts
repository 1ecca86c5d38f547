export { receivePayment, refundPayment } from './commands.ts'
export { allocations, payments, type Payment } from './payments.ts'
export { refundCredit, returnRefund } from './pay-out.ts'
export { refunds, type Refund } from './refunds.ts'
