import { JsonValue } from '#kernel/kinds.ts'
import { resource } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { checkGrants } from './grants.ts'

export const tenants = resource('tenant', {
  generic: ['list', 'get'],
  fields: {
    name: { kind: 'text', list: true },
    currency: { kind: 'text', readonly: true, list: true },
    time_zone: { kind: 'text', readonly: true, list: true },
    test_clock: { kind: 'boolean', readonly: true, list: true },
    clock_at: { kind: 'datetime', readonly: true, nullable: true },
    unique_macs: {
      kind: 'boolean',
      readonly: true,
      label: 'One service a MAC address',
      help: 'A MAC address may be on one living service only',
    },
    keep_books_years: {
      kind: 'integer',
      readonly: true,
      unit: 'years',
      help: 'For how long after its date the law wants a document kept; what names an erased customer on it is destroyed then',
    },
    export_days: {
      kind: 'integer',
      readonly: true,
      unit: 'days',
      help: 'For how long an export of somebody’s personal data can be downloaded',
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
