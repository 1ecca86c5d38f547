import { JsonValue } from '#kernel/kinds.ts'
import { invalidField } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { channels, checkPreferences } from './channels.ts'

export const contactRoles = ['general', 'billing', 'technical', 'portal'] as const
export type ContactRole = (typeof contactRoles)[number]

/** A person to talk to about a customer's business, and by which channels about what. */
export const contacts = resource('contact', {
  scope: 'partner',
  search: true,
  custom: true,
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true, immutable: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    name: { kind: 'text', personal: true, max: 200, list: true },
    role: {
      kind: 'choice',
      values: contactRoles,
      default: 'general',
      list: true,
      help: 'Portal: may sign in to the customers’ portal',
    },
    roles: {
      kind: 'json',
      personal: false,
      default: [],
      help: 'All roles of the person, the first in front, such as ["billing", "portal"]; left out: the one above',
    },
    position: {
      kind: 'text',
      personal: true,
      max: 100,
      nullable: true,
      help: 'In the company, such as accountant',
    },
    email: { kind: 'email', personal: true, nullable: true, list: true },
    phone: { kind: 'phone', personal: true, nullable: true, list: true },
    language: { kind: 'text', personal: false, max: 10, nullable: true, help: 'Empty: the customer’s' },
    preferences: {
      kind: 'json',
      personal: false,
      default: {},
      help: `Channels by purpose, such as {"billing": ["email", "post"], "marketing": []}. A purpose left out goes by the roles. Channels: ${channels.join(', ')}`,
    },
    erased_at: {
      kind: 'datetime',
      readonly: true,
      nullable: true,
      label: 'Erased',
      help: 'What named the person is gone',
    },
  },
  before: {
    create: async (_, contact) => check(contact, {}),
    update: async (_, contact, changes) => check(changes, contact),
  },
})
export type Contact = Row<typeof contacts>

function check(values: Record<string, unknown>, before: Record<string, unknown>): void {
  keepRoles(values, before)
  const now = { ...before, ...values }
  if (rolesIn(now.roles).includes('portal') && !now.email && !now.phone)
    throw invalidField(
      'email',
      'required',
      'Whoever signs in to the portal needs an e-mail address or a telephone.',
    )
  checkPreferences(plain(now.preferences), now)
}

/** `role` is the first of `roles`; whichever is given decides the other. */
function keepRoles(values: Record<string, unknown>, before: Record<string, unknown>): void {
  const { role } = values
  const roles = plain(values.roles)
  const given = roles !== undefined && (before.id !== undefined || (Array.isArray(roles) && roles.length > 0))
  if (given) {
    if (!areRoles(roles))
      throw invalidField('roles', 'not_roles', `Roles are a list of ${contactRoles.join(', ')}, each once.`)
    const alone = before.id === undefined && role === 'general'
    if (role !== undefined && !alone && role !== roles[0] && role !== before.role)
      throw invalidField('role', 'not_the_first', 'The role is the first of the roles; give one of the two.')
    values.role = roles[0]
  } else if (role !== undefined && role !== before.role) {
    values.roles = new JsonValue([role])
  }
}

const areRoles = (roles: unknown): roles is ContactRole[] =>
  Array.isArray(roles) &&
  roles.length > 0 &&
  new Set(roles).size === roles.length &&
  roles.every((role) => contactRoles.includes(role as ContactRole))

export const rolesIn = (roles: unknown): ContactRole[] => {
  const list = plain(roles)
  return areRoles(list) ? list : []
}

/** A JSON document on its way to the store, or as it came from there. */
const plain = (value: unknown): unknown => (value instanceof JsonValue ? value.value : value)
