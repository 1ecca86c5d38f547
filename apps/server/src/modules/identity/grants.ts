import type { Grant } from '#kernel/permissions.ts'
import { invalidField } from '#kernel/refused.ts'

/** The roles every tenant starts with; they may be changed. */
export const startingRoles: Record<string, { description: string; grants: Grant[] }> = {
  admin: { description: 'Everything.', grants: [{ noun: '*', actions: ['*'] }] },
  support: {
    description: 'Customers, services and sessions; reads money.',
    grants: [
      { noun: '*', actions: ['list', 'get'], hidden_fields: ['radius_secret'] },
      { noun: 'customer', actions: ['create', 'update', 'activate', 'unblock', 'redeem_coupon'] },
      ...['contact', 'address', 'consent', 'file', 'note', 'todo'].map((noun) => ({
        noun,
        actions: ['create', 'update', 'delete', 'complete', 'reopen'],
      })),
      { noun: 'binned_file', actions: ['restore'] },
      {
        noun: 'service',
        actions: [
          'create',
          'activate',
          'stop',
          'resume',
          'change_tariff',
          'change_addresses',
          'cancel_change',
          'issue_contract',
        ],
      },
      { noun: 'service_mac', actions: ['create', 'update', 'delete'] },
      { noun: 'session', actions: ['disconnect'] },
      { noun: 'saved_view', actions: ['*'] },
    ],
  },
  billing: {
    description: 'Invoices, payments, billing runs; reads the rest.',
    grants: [
      { noun: '*', actions: ['list', 'get'] },
      {
        noun: 'customer',
        actions: [
          'create',
          'update',
          'block',
          'unblock',
          'activate',
          'disable',
          'add_tag',
          'remove_tag',
          'redeem_coupon',
          'refund_credit',
          'set_parent',
          'leave_parent',
          'set_billing',
        ],
      },
      ...[
        'billing_default',
        'billing_policy',
        'document_template',
        'contact',
        'address',
        'consent',
        'scheduled_change',
        'invoice',
        'credit_note',
        'allocation',
        'payment',
        'refund',
        'opening_balance',
        'billing_run',
        'tariff',
        'tariff_phase',
        'tariff_version',
        'bundle_item',
        'coupon',
        'tax',
        'service',
        'service_mac',
        'discount',
        'surcharge',
        'import',
        'file',
        'note',
        'todo',
      ].map((noun) => ({
        noun,
        actions: ['*'],
      })),
      { noun: 'saved_view', actions: ['*'] },
    ],
  },
  network: {
    description: 'Routers, addresses, sessions; no money.',
    grants: [
      { noun: '*', actions: ['list', 'get'], hidden_fields: ['balance', 'price'] },
      {
        noun: 'service',
        actions: ['list', 'get', 'update', 'change_addresses'],
        hidden_fields: ['balance', 'price'],
      },
      ...[
        'router',
        'access_device',
        'ip_network',
        'ip_address',
        'service_mac',
        'session',
        'coa_request',
        'file',
        'note',
        'todo',
      ].map((noun) => ({
        noun,
        actions: ['*'],
      })),
      { noun: 'saved_view', actions: ['*'] },
    ],
  },
  viewer: {
    description: 'Reads everything, changes nothing.',
    grants: [{ noun: '*', actions: ['list', 'get'] }],
  },
}

/** Grants come from administrators as JSON; what is not understood is refused rather than ignored. */
export function checkGrants(value: unknown): Grant[] {
  const bad = (detail: string) => invalidField('grants', 'bad_grant', detail)
  if (!Array.isArray(value) || value.length > 500) throw bad('Grants are a list of {"noun", "actions"}.')
  const known = new Set(['noun', 'actions', 'hidden_fields', 'readonly_fields', 'rows'])
  for (const grant of value as Record<string, unknown>[]) {
    if (typeof grant !== 'object' || grant === null) throw bad('Each grant is an object.')
    const strange = Object.keys(grant).find((name) => !known.has(name))
    if (strange) throw bad(`A grant has no “${strange}”.`)
    if (typeof grant.noun !== 'string') throw bad('Each grant names a noun, or *.')
    if (!isTexts(grant.actions)) throw bad(`The grant for ${grant.noun} lists no actions.`)
    for (const list of ['hidden_fields', 'readonly_fields']) {
      if (grant[list] !== undefined && !isTexts(grant[list]))
        throw bad(`${list} of ${grant.noun} must be a list of field names.`)
    }
    if (
      grant.rows !== undefined &&
      (typeof grant.rows !== 'object' || grant.rows === null || !isTexts(Object.values(grant.rows)))
    ) {
      throw bad(`rows of ${grant.noun} is a filter such as {"status": "active"}.`)
    }
  }
  return value as Grant[]
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string')
