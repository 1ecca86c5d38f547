import type { Preset } from './preset.ts'

type Role = Preset['roles'][number]

export const sales: Role = {
  name: 'sales',
  description: 'Wins customers: adds them with their services, redeems coupons, sees the catalogue.',
  grants: [
    ...['tariff', 'tariff_phase', 'bundle_item', 'tax', 'location', 'label', 'coupon', 'partner'].map(
      (noun) => ({
        noun,
        actions: ['list', 'get'],
      }),
    ),
    { noun: 'customer', actions: ['list', 'get', 'create', 'update', 'redeem_coupon'] },
    { noun: 'contact', actions: ['list', 'get', 'create', 'update'] },
    { noun: 'service', actions: ['list', 'get', 'create'] },
    { noun: 'note', actions: ['list', 'get', 'create'] },
    { noun: 'saved_view', actions: ['*'] },
  ],
}

export const technician: Role = {
  name: 'technician',
  description: 'Works at the customer’s: sees who has what, starts services, leaves notes; no money.',
  grants: [
    {
      noun: 'customer',
      actions: ['list', 'get'],
      hidden_fields: ['balance', 'min_balance', 'tax_id'],
    },
    { noun: 'service', actions: ['list', 'get', 'update', 'activate'], hidden_fields: ['price'] },
    { noun: 'contact', actions: ['list', 'get'] },
    ...['router', 'ip_network', 'ip_address', 'session', 'label', 'location'].map((noun) => ({
      noun,
      actions: ['list', 'get'],
      hidden_fields: ['radius_secret'],
    })),
    { noun: 'tariff', actions: ['list', 'get'], hidden_fields: ['price'] },
    { noun: 'session', actions: ['disconnect'] },
    { noun: 'note', actions: ['list', 'get', 'create'] },
    { noun: 'todo', actions: ['list', 'get', 'complete'] },
    { noun: 'saved_view', actions: ['*'] },
  ],
}
