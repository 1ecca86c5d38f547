import { sql } from '#kernel/sql.ts'
import { resource, type Row } from '#kernel/resource.ts'

const belongsToCustomer = {
  customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
  partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
} as const

export const invoices = resource('invoice', {
  title: 'number',
  scope: 'partner',
  search: true,
  generic: ['list', 'get'],
  fields: {
    number: { kind: 'text', personal: false, filter: true, sort: true, list: true },
    ...belongsToCustomer,
    billing_run_id: { kind: 'reference', to: 'billing_run', nullable: true, filter: true },
    status: {
      kind: 'choice',
      values: ['draft', 'final', 'partially_paid', 'paid', 'overdue', 'void'],
      filter: true,
      list: true,
    },
    date: { kind: 'date', filter: true, sort: true, list: true },
    due_date: { kind: 'date', filter: true, sort: true, list: true },
    period_from: { kind: 'date', nullable: true },
    period_to: { kind: 'date', nullable: true },
    net_total: { kind: 'money', label: 'Net' },
    tax_total: { kind: 'money', label: 'Tax' },
    total: { kind: 'money', list: true },
    paid_total: { kind: 'money', label: 'Paid' },
    due_total: { kind: 'money', label: 'Due', readonly: true, list: true },
    currency: { kind: 'text', personal: false },
    bill_to: {
      kind: 'json',
      personal: 'kept',
      help: 'Name, address and tax number as they were on the day; sites: the accounts with a section of their own; tax_exempt_reason: why no tax is charged',
    },
    void_reason: { kind: 'text', personal: 'kept', max: 500, nullable: true },
    voided_on: { kind: 'date', nullable: true },
  },
})
export type Invoice = Row<typeof invoices>

const lineFields = {
  partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
  position: { kind: 'integer' },
  service_id: { kind: 'reference', to: 'service', nullable: true, filter: true },
  sub_account_id: {
    kind: 'reference',
    to: 'customer',
    nullable: true,
    filter: true,
    stays: true,
    help: 'Whose line it is, where several accounts are billed together',
  },
  description: { kind: 'text', personal: 'kept', max: 700, list: true },
  quantity: { kind: 'integer', list: true },
  unit_price: { kind: 'money', list: true, help: 'For one unit and period' },
  net: { kind: 'money', list: true },
  tax_rate: { kind: 'percent', unit: '%' },
  tax: { kind: 'money', list: true },
  total: { kind: 'money', list: true },
  period_from: { kind: 'date', nullable: true, list: true },
  period_to: { kind: 'date', nullable: true, list: true },
} as const

export const invoiceLines = resource('invoice_line', {
  title: 'description',
  scope: 'partner',
  generic: ['list', 'get'],
  fields: {
    invoice_id: { kind: 'reference', to: 'invoice', filter: true, list: true },
    tariff_id: { kind: 'reference', to: 'tariff', nullable: true },
    discount_id: {
      kind: 'reference',
      to: 'discount',
      nullable: true,
      filter: true,
      help: 'The discount on the whole invoice that it is',
    },
    ...lineFields,
  },
})

export const creditNotes = resource('credit_note', {
  title: 'number',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Money given back for what was invoiced; its totals are negative.',
  fields: {
    number: { kind: 'text', personal: false, filter: true, sort: true, list: true },
    ...belongsToCustomer,
    invoice_id: { kind: 'reference', to: 'invoice', nullable: true, filter: true, list: true },
    date: { kind: 'date', filter: true, sort: true, list: true },
    reason: { kind: 'text', personal: 'kept', max: 500, list: true },
    net_total: { kind: 'money', label: 'Net' },
    tax_total: { kind: 'money', label: 'Tax' },
    total: { kind: 'money', list: true },
    unallocated: { kind: 'money', list: true, help: 'Not yet put towards an invoice' },
    currency: { kind: 'text', personal: false },
    bill_to: { kind: 'json', personal: 'kept' },
  },
})
export type CreditNote = Row<typeof creditNotes>

export const creditNoteLines = resource('credit_note_line', {
  title: 'description',
  scope: 'partner',
  generic: ['list', 'get'],
  fields: {
    credit_note_id: { kind: 'reference', to: 'credit_note', filter: true, list: true },
    invoice_id: { kind: 'reference', to: 'invoice', nullable: true, filter: true },
    ...lineFields,
    customer_id: { kind: 'reference', to: 'customer', list: true },
    service_id: { kind: 'reference', to: 'service', nullable: true },
  },
})

export const billingRuns = resource('billing_run', {
  title: 'date',
  pulse: sql`select string_agg(progress_done::text, ',' order by id) from billing_runs where status in ('previewing', 'confirming')`,
  generic: ['list', 'get'],
  fields: {
    date: { kind: 'date', filter: true, sort: true, list: true },
    status: {
      kind: 'choice',
      values: ['previewing', 'preview', 'confirming', 'done', 'failed', 'withdrawn'],
      filter: true,
      list: true,
    },
    automatic: { kind: 'boolean', default: false },
    customers: { kind: 'integer', default: 0, list: true },
    invoices: { kind: 'integer', default: 0, list: true },
    net_total: { kind: 'money', default: '0' },
    tax_total: { kind: 'money', default: '0' },
    total: { kind: 'money', default: '0', list: true },
    last_total: { kind: 'money', default: '0', help: 'What the same customers were billed the time before' },
    progress_done: { kind: 'integer', default: 0 },
    progress_total: { kind: 'integer', default: 0 },
    started_at: { kind: 'datetime', nullable: true },
    finished_at: { kind: 'datetime', nullable: true, list: true },
    problems: { kind: 'json', default: [] },
  },
})
export type BillingRun = Row<typeof billingRuns>
