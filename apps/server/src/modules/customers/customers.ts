import { takeNumber } from '#kernel/numbers.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { invalidField } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { billingTerms } from './billing-terms.ts'
import { takeAddressParts } from './address-parts.ts'
import { beginTerms, followTerms } from './inherit-billing.ts'
import { checkWhoItIs, personFields } from './person-or-company.ts'
import { mustKeepPlace } from './keep-place.ts'

export const labels = resource('label', {
  sort: 'name',
  fields: {
    name: { kind: 'text', max: 60, filter: true, sort: true, list: true },
    color: { kind: 'text', max: 20, nullable: true, list: true },
  },
})

const tag = {
  kind: 'boolean',
  default: false,
  readonly: true,
  filter: true,
  group: 'Control tags',
} as const

/**
 * The account that is served and billed. new: not connected yet. active: may use its services. blocked: access denied, still billed.
 * disabled: services end, billing stops. Payment brings back from blocked and disabled.
 */
export const customers = resource('customer', {
  generic: ['list', 'get', 'create', 'update'],
  scope: 'partner',
  search: true,
  custom: true,
  apart: { table: 'customer_standing', key: 'customer_id', fields: ['balance', 'next_billing_on'] },
  fields: {
    number: { kind: 'text', personal: false, readonly: true, filter: true, sort: true, list: true },
    name: { kind: 'text', personal: true, max: 200, filter: true, sort: true, list: true },
    category: { kind: 'choice', values: ['person', 'company'], default: 'person', filter: true, list: true },
    ...personFields,
    status: {
      kind: 'choice',
      values: ['new', 'active', 'blocked', 'disabled'],
      default: 'new',
      readonly: true,
      filter: true,
      list: true,
    },
    status_reason: { kind: 'text', personal: true, max: 500, nullable: true, readonly: true },
    status_since: { kind: 'datetime', readonly: true },
    status_actor: { kind: 'json', personal: false, readonly: true, nullable: true, label: 'Status set by' },
    email: { kind: 'email', personal: true, nullable: true, filter: true, list: true, group: 'Contact' },
    phone: { kind: 'phone', personal: true, nullable: true, filter: true, list: true, group: 'Contact' },
    street: { kind: 'text', personal: true, max: 200, nullable: true, group: 'Address' },
    city: {
      kind: 'text',
      personal: true,
      max: 100,
      nullable: true,
      filter: true,
      list: true,
      group: 'Address',
    },
    postal_code: { kind: 'text', personal: true, max: 20, nullable: true, group: 'Address' },
    country: {
      kind: 'text',
      personal: false,
      min: 2,
      max: 2,
      nullable: true,
      group: 'Address',
      help: 'ISO 3166 code, such as PL',
    },
    billing_address_id: {
      kind: 'reference',
      to: 'address',
      nullable: true,
      group: 'Address',
      label: 'Billing address',
      help: 'Street, city, postal code and country are kept in step with it',
    },
    service_address_id: {
      kind: 'reference',
      to: 'address',
      nullable: true,
      group: 'Address',
      label: 'Service address',
      help: 'Empty: the address above',
    },
    postal_address_id: {
      kind: 'reference',
      to: 'address',
      nullable: true,
      group: 'Address',
      label: 'Postal address',
      help: 'Empty: the billing address',
    },
    tax_id: { kind: 'text', personal: true, max: 40, nullable: true, label: 'VAT number', group: 'Billing' },
    language: { kind: 'text', personal: false, max: 10, default: 'en' },
    partner_id: { kind: 'reference', to: 'partner', nullable: true, filter: true, list: true },
    parent_id: { kind: 'reference', to: 'customer', nullable: true, filter: true, label: 'Parent account' },
    sub_billing_mode: {
      kind: 'choice',
      values: ['independent', 'aggregated'],
      default: 'independent',
      readonly: true,
      filter: true,
      label: 'Billing below its parent',
      help: 'Aggregated: billed on the document of the account above',
    },
    billed_by_id: {
      kind: 'reference',
      to: 'customer',
      nullable: true,
      readonly: true,
      filter: true,
      label: 'Billed with',
    },
    merged_into_id: {
      kind: 'reference',
      to: 'customer',
      nullable: true,
      readonly: true,
      filter: true,
      label: 'Merged into',
      help: 'All of it went to that customer',
    },
    label_ids: { kind: 'references', to: 'label', default: [], label: 'Labels' },
    external_id: {
      kind: 'text',
      personal: true,
      max: 100,
      nullable: true,
      filter: true,
      help: 'Its id in the system you came from',
    },
    balance: {
      kind: 'money',
      readonly: true,
      filter: true,
      sort: true,
      list: true,
      help: 'Positive is credit with you, negative is owed to you',
    },
    currency: { kind: 'text', personal: false, readonly: true },
    ...billingTerms,
    billing_own: {
      kind: 'json',
      personal: false,
      readonly: true,
      group: 'Billing',
      label: 'Own billing terms',
      help: 'The others are inherited from the partner',
    },
    tax_exempt: { kind: 'boolean', default: false, filter: true, group: 'Billing' },
    tax_exempt_reason: { kind: 'text', personal: true, max: 500, nullable: true, group: 'Billing' },
    no_auto_billing: { ...tag, help: 'Billing runs leave it out' },
    no_auto_payment: { ...tag, help: 'Credit is not put towards invoices by itself' },
    never_block: { ...tag, help: 'Nobody and nothing blocks it' },
    test: { ...tag, help: 'Counts in no report' },
    activated_on: { kind: 'date', readonly: true, nullable: true },
    blocked_on: { kind: 'date', readonly: true, nullable: true },
    disabled_on: { kind: 'date', readonly: true, nullable: true },
    erased_at: {
      kind: 'datetime',
      readonly: true,
      nullable: true,
      label: 'Erased',
      help: 'What named the person is gone; the books are kept',
    },
    next_billing_on: { kind: 'date', readonly: true, nullable: true, filter: true, list: true },
  },
  before: {
    async create(ctx, customer) {
      await takeAddressParts(ctx, customer, customer)
      customer.number ??= await takeNumber(ctx, 'customer')
      customer.currency = ctx.tenant.currency
      customer.partner_id ??= ctx.access.partner_id ?? ctx.tenant.root_partner_id
      customer.status_since = ctx.now
      customer.status_actor = new JsonValue(ctx.actor)
      if (typeof customer.country === 'string') customer.country = customer.country.toUpperCase()
      checkWhoItIs(ctx, {}, customer)
      beginTerms(customer)
      checkExemption(customer)
    },
    async update(ctx, customer, changes) {
      await takeAddressParts(ctx, customer, changes)
      if (typeof changes.country === 'string') changes.country = changes.country.toUpperCase()
      if (changes.partner_id === null) delete changes.partner_id
      mustKeepPlace(customer as Customer, changes)
      checkWhoItIs(ctx, customer, changes)
      await followTerms(ctx, customer, changes)
      checkExemption({ ...customer, ...changes })
    },
  },
})
export type Customer = Row<typeof customers>

/** Whom a document is for. */
export const fieldsOnDocuments = [
  'name',
  'number',
  'email',
  'tax_id',
  'street',
  'postal_code',
  'city',
  'country',
]

function checkExemption({ tax_exempt, tax_exempt_reason }: Record<string, unknown>): void {
  if (tax_exempt === true && !tax_exempt_reason)
    throw invalidField('tax_exempt_reason', 'required', 'Say why the customer pays no tax.')
}
