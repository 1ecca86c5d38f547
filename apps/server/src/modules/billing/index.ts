export {
  billingRuns,
  creditNotes,
  invoiceLines,
  invoices,
  type CreditNote,
  type Invoice,
} from './invoices.ts'
export { voidInvoice } from './void.ts'
export { confirmBillingRun, createBillingRun } from './runs.ts'
export { nextBill } from './next-bill.ts'
export { printedPeriod } from './bill.ts'
export {
  fileNameOf,
  linesOfCreditNote,
  linesOfInvoice,
  printableCreditNote,
  printableInvoice,
  sendPdf,
  toPdf,
  type Printable,
} from './print.ts'
