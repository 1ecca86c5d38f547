import { resource } from '#kernel/resource.ts'
import { addressRange } from './range.ts'

/** A NAS that asks us by RADIUS. */
export const routers = resource('router', {
  title: 'title',
  search: true,
  generic: ['list', 'get', 'create', 'update'],
  custom: true,
  fields: {
    title: { kind: 'text', max: 120, list: true },
    nas_ip: {
      kind: 'ip',
      filter: true,
      list: true,
      label: 'NAS IP address',
      help: 'Where its RADIUS packets come from',
    },
    nas_type: {
      kind: 'choice',
      values: ['mikrotik', 'wispr', 'cisco', 'juniper', 'huawei', 'other'],
      default: 'mikrotik',
      filter: true,
      list: true,
    },
    radius_secret: { kind: 'secret', max: 128, label: 'RADIUS secret' },
    coa_port: { kind: 'integer', min: 1, max: 65_535, default: 3799, label: 'CoA port' },
    require_message_authenticator: {
      label: 'Require Message-Authenticator',
      kind: 'choice',
      values: ['yes', 'no', 'auto'],
      default: 'auto',
      help: 'auto: required from the first packet that bears a valid one (CVE-2024-3596)',
    },
    block_mode: {
      kind: 'choice',
      values: ['reject', 'walled'],
      default: 'reject',
      list: true,
      help: 'What a blocked subscriber meets: a reject, or the walled garden',
    },
    walled_list: { kind: 'text', max: 60, default: 'blocked', help: 'Address list of the walled garden' },
    interim_interval_s: {
      kind: 'integer',
      min: 60,
      max: 86_400,
      default: 300,
      unit: 's',
      label: 'Interim interval',
    },
    status: { kind: 'choice', values: ['active', 'retired'], default: 'active', filter: true, list: true },
    last_packet_at: { kind: 'datetime', readonly: true, nullable: true, list: true },
  },
})

export const ipNetworks = resource('ip_network', {
  title: 'title',
  label: 'IP network',
  label_plural: 'IP networks',
  fields: {
    title: { kind: 'text', max: 120, list: true },
    network: { kind: 'cidr', filter: true, list: true, immutable: true, help: 'IPv4, such as 100.64.0.0/22' },
    purpose: {
      kind: 'choice',
      values: ['pool', 'static', 'infrastructure'],
      default: 'pool',
      filter: true,
      list: true,
    },
    router_id: {
      kind: 'reference',
      to: 'router',
      nullable: true,
      filter: true,
      list: true,
      help: 'Only for services on this router; empty: for any',
    },
    first_address: { kind: 'ip', readonly: true, list: true },
    last_address: { kind: 'ip', readonly: true, list: true },
  },
  before: {
    async create(_, network) {
      Object.assign(network, addressRange(String(network.network)))
    },
  },
})

export const ipAddresses = resource('ip_address', {
  plural: 'ip_addresses',
  title: 'address',
  label: 'IP address',
  label_plural: 'IP addresses',
  search: true,
  generic: ['list', 'get'],
  fields: {
    address: { kind: 'ip', personal: false, filter: true, sort: true, list: true },
    ip_network_id: { kind: 'reference', to: 'ip_network', nullable: true, filter: true, list: true },
    service_id: { kind: 'reference', to: 'service', nullable: true, filter: true, list: true },
    status: { kind: 'choice', values: ['assigned', 'reserved'], list: true },
    note: { kind: 'text', personal: true, nullable: true, list: true },
  },
})
