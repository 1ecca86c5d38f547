export { billingRuns, creditNotes, invoiceLines, invoices, type Invoice } from './invoices.ts'
export { voidInvoice } from './void.ts'
export { confirmBillingRun, createBillingRun } from './runs.ts'
export { nextBill } from './next-bill.ts'
