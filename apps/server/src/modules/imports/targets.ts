import type { Ctx } from '#kernel/ctx.ts'
import type { Field, Fields, Resource } from '#kernel/resource.ts'
import { visibleCustomFields } from '#kernel/shape.ts'
import { asResource } from '#kernel/store.ts'
import { contactRoles, customers } from '#modules/customers/index.ts'
import { services } from '#modules/services/index.ts'

const text = (max: number, label: string) => ({ kind: 'text', max, nullable: true, label }) as const
const percent = { kind: 'percent', min: 0.0001, max: 100, nullable: true } as const
const amount = { kind: 'money', min: 0, max: 100_000_000, nullable: true } as const

/** Where a service is, or the customer is served: an address of its own, apart from the one on the customer. */
export const addressTargets = {
  service_street: text(200, 'Service address: street'),
  service_unit: text(60, 'Service address: flat'),
  service_city: text(100, 'Service address: city'),
  service_postal_code: text(20, 'Service address: postal code'),
  service_country: { ...text(2, 'Service address: country'), min: 2 },
  latitude: { kind: 'decimal', min: -90, max: 90, nullable: true, label: 'Latitude' },
  longitude: { kind: 'decimal', min: -180, max: 180, nullable: true, label: 'Longitude' },
  gps: text(60, 'Position, as “50.0614,19.9366”'),
} as const satisfies Fields

export const contactTargets = {
  contact_name: text(200, 'Contact: name'),
  contact_email: { kind: 'email', nullable: true, label: 'Contact: e-mail' },
  contact_phone: { kind: 'phone', nullable: true, label: 'Contact: telephone' },
  contact_role: { kind: 'choice', values: contactRoles, nullable: true, label: 'Contact: role' },
} as const satisfies Fields

export const serviceTargets = {
  tariff: text(120, 'Tariff of the service, by title'),
  login: text(120, 'Login of the service'),
  password: text(128, 'Password of the service'),
  ip: { kind: 'ip', nullable: true, label: 'Static IP address of the service' },
  ip_mode: {
    kind: 'choice',
    values: ['none', 'static', 'pool'],
    nullable: true,
    label: 'IP address of the service: none, static, or of a pool',
  },
  ipv6_prefix: { kind: 'cidr', nullable: true, label: 'IPv6 prefix delegated to the service' },
  mac: text(1000, 'MAC address of the service; several separated by commas'),
  further_macs: text(1000, 'Further MAC addresses of the service'),
  mac_binding: { kind: 'boolean', nullable: true, label: 'Only these MAC addresses may use the service' },
  access_device: text(120, 'Access device of the service, by title'),
  access_port: text(40, 'Port on the access device'),
  router: text(120, 'Router of the service, by title'),
  service_description: text(500, 'Description of the service'),
  quantity: { kind: 'integer', min: 1, max: 10_000, nullable: true, label: 'Quantity of the service' },
  price: {
    kind: 'money',
    min: 0,
    max: 100_000_000,
    nullable: true,
    label: 'Price of the service, instead of the tariff’s',
  },
  period_months: {
    kind: 'integer',
    min: 1,
    max: 24,
    nullable: true,
    label: 'The service is paid for so many months at a time',
  },
  start_date: { kind: 'date', nullable: true, label: 'First day of the service' },
  service_external_id: text(100, 'Id of the service in the system you came from'),
  discount_percent: { ...percent, label: 'Discount on the service, in percent' },
  discount_amount: { ...amount, label: 'Discount on the service, an amount a month' },
  discount_label: text(120, 'Discount: as the invoice says it'),
  discount_until: { kind: 'date', nullable: true, label: 'Discount: last day' },
} as const satisfies Fields

/** What the customer pays less on each invoice as a whole. */
export const invoiceDiscountTargets = {
  invoice_discount_percent: { ...percent, label: 'Discount on whole invoices, in percent' },
  invoice_discount_amount: { ...amount, label: 'Discount on whole invoices, an amount off each' },
  invoice_discount_label: text(120, 'Discount on whole invoices: as the invoice says it'),
  invoice_discount_until: { kind: 'date', nullable: true, label: 'Discount on whole invoices: last day' },
  invoice_discount_invoices: {
    kind: 'integer',
    min: 1,
    max: 120,
    nullable: true,
    label: 'Discount on whole invoices: so many invoices',
  },
} as const satisfies Fields

/** What a customer owed, or had, where it comes from; posted once. */
export const openingTargets = {
  opening_balance: {
    kind: 'money',
    min: -10_000_000_000,
    max: 10_000_000_000,
    nullable: true,
    label: 'Opening balance: credit, or less than nothing where it is owed',
  },
  opening_balance_date: { kind: 'date', nullable: true, label: 'Opening balance: of this day' },
} as const satisfies Fields

/** What a row may bring beyond the customer's own fields: names instead of ids, an address, a contact, a service. */
export const otherTargets = {
  partner: text(120, 'Partner, by name'),
  parent: text(100, 'Parent account, by external id'),
  labels: text(500, 'Labels, by name, separated by commas'),
  status: {
    kind: 'choice',
    values: ['new', 'active', 'blocked', 'disabled'],
    nullable: true,
    label: 'Status of a customer that is not here yet',
  },
  ...addressTargets,
  ...contactTargets,
  ...serviceTargets,
  ...invoiceDiscountTargets,
  ...openingTargets,
} as const satisfies Fields

/** Everything a column can be mapped to, for this actor. A parent is named, not given by our id. */
export function targetsOf(ctx: Ctx): Record<string, Field> {
  const noun = asResource(customers)
  const closed = closedTo(ctx, noun)
  const own = Object.entries(noun.fields).filter(
    ([name, field]) =>
      !field.readonly &&
      !closed.has(name) &&
      name !== 'parent_id' &&
      !['references', 'json', 'secret'].includes(field.kind),
  )
  return {
    ...Object.fromEntries(own),
    ...customTargets(ctx, noun, 'custom.'),
    ...otherTargets,
    ...customTargets(ctx, asResource(services), serviceCustom),
  }
}

/** Before the names of the administrator's fields of services. */
export const serviceCustom = 'service.custom.'

function customTargets(ctx: Ctx, noun: Resource, before: string): Record<string, Field> {
  const closed = closedTo(ctx, noun)
  return Object.fromEntries(
    Object.entries(visibleCustomFields(ctx, noun))
      .filter(([name, field]) => !field.readonly && field.kind !== 'json' && !closed.has(`custom.${name}`))
      .map(([name, field]) => [`${before}${name}`, field]),
  )
}

const closedTo = (ctx: Ctx, noun: Resource): Set<string> =>
  new Set([...ctx.access.readonly(noun.name), ...ctx.access.hidden(noun.name)])
