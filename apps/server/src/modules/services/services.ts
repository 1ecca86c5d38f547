import type { Ctx } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { serviceTypes } from '#modules/catalog/index.ts'
import { keepContract, serviceContractFields } from './contract-fields.ts'
import { keepChangedDetails } from './details.ts'

export const serviceStatuses = ['pending', 'active', 'stopped', 'disabled', 'terminated'] as const
export type ServiceStatus = (typeof serviceStatuses)[number]

/** What a customer has. "Blocked" is no status of a service: it follows from the customer's. */
export const services = resource('service', {
  title: 'login',
  scope: 'partner',
  search: true,
  generic: ['list', 'get', 'update'],
  custom: true,
  fields: {
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true, immutable: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true, filter: true },
    tariff_id: { kind: 'reference', to: 'tariff', readonly: true, filter: true, list: true },
    service_type: {
      kind: 'choice',
      values: serviceTypes,
      readonly: true,
      filter: true,
      list: true,
    },
    status: {
      kind: 'choice',
      values: serviceStatuses,
      readonly: true,
      filter: true,
      list: true,
    },
    description: { kind: 'text', personal: true, max: 500, nullable: true, list: true },
    quantity: { kind: 'integer', min: 1, max: 10_000, readonly: true, default: 1 },
    price: {
      kind: 'money',
      nullable: true,
      readonly: true,
      label: 'Own price',
      help: 'Instead of the tariff’s price, for one unit and period',
    },
    period_months: {
      label: 'Billing period',
      kind: 'integer',
      readonly: true,
      default: 1,
      unit: 'months',
      help: 'Paid for so many months at a time',
    },
    service_address_id: {
      kind: 'reference',
      to: 'address',
      nullable: true,
      filter: true,
      help: 'Where it is, one of the customer’s addresses; empty: where the customer is served',
    },
    login: {
      kind: 'text',
      personal: true,
      max: 120,
      nullable: true,
      filter: true,
      list: true,
      group: 'Access',
      immutable: true,
    },
    password: { kind: 'secret', personal: true, max: 128, nullable: true, group: 'Access' },
    router_id: {
      kind: 'reference',
      to: 'router',
      nullable: true,
      filter: true,
      list: true,
      group: 'Access',
      help: 'Only this router may ask for it; empty: any',
    },
    access_device_id: {
      kind: 'reference',
      to: 'access_device',
      nullable: true,
      filter: true,
      group: 'Access',
      help: 'What its line ends at: an OLT, a switch, an access point',
    },
    access_port: {
      kind: 'text',
      personal: false,
      max: 40,
      nullable: true,
      group: 'Access',
      help: 'On the access device; a port carries one service',
    },
    ipv4_mode: {
      kind: 'choice',
      values: ['none', 'static', 'pool'],
      default: 'none',
      readonly: true,
      group: 'Access',
    },
    ipv4_address: { kind: 'ip', personal: true, nullable: true, readonly: true, list: true, group: 'Access' },
    ipv6_prefix: {
      kind: 'cidr',
      personal: true,
      nullable: true,
      readonly: true,
      group: 'Access',
      label: 'IPv6 prefix',
      help: 'Delegated to it, such as 2001:db8:7::/56',
    },
    mac: {
      kind: 'mac',
      personal: true,
      nullable: true,
      group: 'Access',
      label: 'MAC address',
      help: 'Of its device; further ones are noted beside it. With none, any device may use it',
    },
    mac_binding: {
      kind: 'boolean',
      default: true,
      group: 'Access',
      label: 'MAC binding',
      help: 'Only its devices may use it; otherwise they are noted only',
    },
    start_date: { kind: 'date', readonly: true },
    end_date: { kind: 'date', nullable: true, readonly: true },
    bundle_service_id: {
      kind: 'reference',
      to: 'service',
      nullable: true,
      readonly: true,
      filter: true,
      label: 'Bundle',
      help: 'The bundle that pays for it',
    },
    ...serviceContractFields,
    external_id: { kind: 'text', personal: true, max: 100, nullable: true, filter: true, immutable: true },
  },
  before: {
    async update(ctx, service, changes) {
      keepContract(service, changes)
      await keepChangedDetails(ctx, service, changes)
      if (changes.password === null && service.service_type === 'internet')
        throw invalidField('password', 'required', 'An internet service needs a password.')
    },
  },
})

export type Service = Row<typeof services>

/** Why a service may not be sold otherwise or end by itself; null when it may. */
export const partOfBundle = (service: Service, ctx: Ctx): string | null =>
  service.bundle_service_id !== null && ctx.actor.kind !== 'system'
    ? 'This service is part of a bundle. Change or end the bundle instead.'
    : null
