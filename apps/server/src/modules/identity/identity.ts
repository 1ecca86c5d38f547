import { JsonValue } from '#kernel/kinds.ts'
import { invalidField } from '#kernel/refused.ts'
import { resource, type Field } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { checkGrants } from './grants.ts'
import { checkPattern, countryOf, ibanOf } from './isp-settings.ts'

/** What documents say of who sells, beside the name. */
const printed = (label: string, field: Partial<Field> = {}) =>
  ({ kind: 'text', max: 200, nullable: true, group: 'On documents', label, ...field }) as const

export const tenants = resource('tenant', {
  generic: ['list', 'get', 'update'],
  label: 'ISP',
  label_plural: 'ISP',
  fields: {
    name: { kind: 'text', max: 120, list: true },
    currency: { kind: 'text', readonly: true, list: true },
    time_zone: { kind: 'text', readonly: true, list: true },
    test_clock: { kind: 'boolean', readonly: true, list: true },
    clock_at: { kind: 'datetime', readonly: true, nullable: true },
    auto_billing: {
      kind: 'boolean',
      default: false,
      label: 'Bill by itself',
      help: 'Every night whoever’s billing day has come is billed, without a preview',
    },
    legal_name: printed('Legal name', { help: 'The name of the ISP where it is empty' }),
    street: printed('Street'),
    city: printed('City'),
    postal_code: printed('Postal code', { max: 20 }),
    country: printed('Country', { min: 2, max: 2, help: 'Two letters, such as PL' }),
    tax_id: printed('Tax number', { max: 40 }),
    registration_number: printed('Registration number', { max: 60 }),
    email: printed('Email', { kind: 'email' }),
    phone: printed('Phone', { kind: 'phone' }),
    website: printed('Website'),
    iban: printed('IBAN', { max: 42, help: 'Where customers pay to' }),
    bic: printed('BIC', { max: 11 }),
    document_footer: printed('Footer of invoices', { max: 500 }),
    contract_conditions: printed('General conditions', {
      kind: 'long_text',
      max: 20_000,
      help: 'Printed with every contract',
    }),
    unique_macs: {
      kind: 'boolean',
      readonly: true,
      label: 'One service a MAC address',
      help: 'A MAC address may be on one living service only',
    },
    keep_books_years: {
      kind: 'integer',
      min: 0,
      max: 100,
      default: 10,
      unit: 'years',
      group: 'Personal data',
      label: 'Keep the books for',
      help: 'As the law wants it. What names an erased customer on a document is destroyed so long after the last one; what is sealed already keeps its day',
    },
    export_days: {
      kind: 'integer',
      min: 1,
      max: 90,
      default: 14,
      unit: 'days',
      group: 'Personal data',
      label: 'Keep exports for',
      help: 'For how long an export of somebody’s personal data can be downloaded',
    },
  },
  before: {
    async update(_, __, changes) {
      if (typeof changes.country === 'string') changes.country = countryOf(changes.country)
      if (typeof changes.iban === 'string') changes.iban = ibanOf(changes.iban)
    },
  },
})

/** What numbers documents and customers get. Administrators' own numbered fields have theirs too. */
export const numberSeries = resource('number_series', {
  plural: 'number_series',
  label: 'Number series',
  label_plural: 'Number series',
  sort: 'name',
  title: 'name',
  generic: ['list', 'get', 'update'],
  help: 'A pattern such as {year}-{next|6} gives 2026-000123. {year}, {month} and {day} are those of the document; |6 pads with zeros.',
  fields: {
    name: { kind: 'text', readonly: true, filter: true, sort: true, list: true },
    pattern: { kind: 'text', max: 60, list: true },
    next: {
      kind: 'bigint',
      min: 1,
      max: 1_000_000_000_000,
      list: true,
      help: 'The next number; it can only be raised',
    },
  },
  before: {
    async update(_, series, changes) {
      if (typeof changes.pattern === 'string') checkPattern(changes.pattern)
      if (changes.next !== undefined && BigInt(changes.next as bigint) < BigInt(series.next as bigint))
        throw invalidField('next', 'number_used', 'Numbers that were given are not given again: raise it.')
    },
  },
})

export const roles = resource('role', {
  sort: 'name',
  help: 'A role is a list of grants: a noun (or *), the actions on it, fields hidden or read-only, and optionally a filter of rows.',
  fields: {
    name: { kind: 'text', max: 80, sort: true, filter: true, list: true },
    description: { kind: 'text', max: 500, nullable: true, list: true },
    grants: {
      kind: 'json',
      help: '[{"noun":"customer","actions":["list","get"],"hidden_fields":["tax_id"]}]',
    },
  },
  before: {
    async create(_, role) {
      if (role.grants instanceof JsonValue) checkGrants(role.grants.value)
    },
    async update(_, __, changes) {
      if (changes.grants instanceof JsonValue) checkGrants(changes.grants.value)
    },
  },
})

export const users = resource('user', {
  search: true,
  generic: ['list', 'get', 'update'],
  scope: 'partner',
  fields: {
    name: { kind: 'text', max: 120, list: true },
    email: { kind: 'email', filter: true, list: true },
    status: {
      kind: 'choice',
      values: ['invited', 'active', 'suspended'],
      readonly: true,
      default: 'active',
      list: true,
    },
    partner_id: {
      kind: 'reference',
      to: 'partner',
      nullable: false,
      filter: true,
      list: true,
      immutable: true,
    },
    role_ids: { kind: 'references', to: 'role', default: [], label: 'Roles' },
    last_signed_in_at: { kind: 'datetime', readonly: true, nullable: true, list: true },
  },
})

export const apiKeys = resource('api_key', {
  generic: ['list', 'get'],
  scope: 'partner',
  fields: {
    name: { kind: 'text', max: 120, list: true },
    prefix: {
      kind: 'text',
      readonly: true,
      list: true,
      help: 'The beginning of the token, to tell keys apart.',
    },
    partner_id: { kind: 'reference', to: 'partner', filter: true, list: true },
    role_ids: { kind: 'references', to: 'role', label: 'Roles' },
    expires_at: { kind: 'datetime', nullable: true, list: true },
    last_used_at: { kind: 'datetime', readonly: true, nullable: true, list: true },
    revoked_at: { kind: 'datetime', readonly: true, nullable: true, list: true },
  },
})

export const signInSessions = resource('sign_in_session', {
  label: 'Sign-in session',
  label_plural: 'Sign-in sessions',
  title: 'user_agent',
  scope: 'whole',
  generic: ['list', 'get'],
  fields: {
    user_id: { kind: 'reference', to: 'user', filter: true, list: true },
    ip: { kind: 'ip', nullable: true, list: true },
    user_agent: { kind: 'text', nullable: true, list: true },
    last_seen_at: { kind: 'datetime', list: true },
    expires_at: { kind: 'datetime', list: true },
    revoked_at: { kind: 'datetime', nullable: true, list: true },
  },
})

export const savedViews = resource('saved_view', {
  sort: '-created_at',
  fields: {
    noun: { kind: 'text', max: 80, filter: true, list: true },
    name: { kind: 'text', max: 80, list: true },
    query: { kind: 'json' },
    shared: { kind: 'boolean', default: false, list: true },
    user_id: { kind: 'reference', to: 'user', readonly: true, nullable: true },
  },
  rows: (ctx) =>
    sql`(shared or user_id is not distinct from ${ctx.actor.kind === 'user' ? ctx.actor.id : null}::uuid)`,
  before: {
    async create(ctx, row) {
      row.user_id = ctx.actor.kind === 'user' ? ctx.actor.id : null
    },
  },
})
