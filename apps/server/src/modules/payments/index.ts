export { receivePayment, refundPayment } from './commands.ts'
export { allocations, payments, type Payment } from './payments.ts'
