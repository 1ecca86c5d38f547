import { sql } from '#kernel/sql.ts'
import { resource, type Row } from '#kernel/resource.ts'

/** A subscriber's time online on a router, as the router's accounting tells it. */
export const sessions = resource('session', {
  title: 'login',
  pulse: sql`select max(last_heard_at) from sessions where status = 'online'`,
  scope: 'partner',
  generic: ['list', 'get'],
  fields: {
    login: { kind: 'text', personal: true, filter: true, sort: true, list: true },
    status: {
      kind: 'choice',
      values: ['online', 'stale', 'closed'],
      filter: true,
      list: true,
      help: 'stale: its router has fallen silent',
    },
    ip: { kind: 'ip', personal: true, nullable: true, filter: true, list: true, label: 'IP address' },
    mac: { kind: 'mac', personal: true, nullable: true, label: 'MAC address' },
    service_id: { kind: 'reference', to: 'service', nullable: true, filter: true },
    customer_id: { kind: 'reference', to: 'customer', nullable: true, filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', nullable: true, filter: true },
    router_id: { kind: 'reference', to: 'router', filter: true, list: true },
    started_at: { kind: 'datetime', filter: true, list: true },
    last_heard_at: { kind: 'datetime' },
    stopped_at: { kind: 'datetime', nullable: true, list: true },
    stop_cause: { kind: 'text', personal: false, nullable: true },
    input_bytes: { kind: 'bytes', list: true, label: 'Upload', help: 'From the customer' },
    output_bytes: { kind: 'bytes', list: true, label: 'Download', help: 'To the customer' },
    download_bps: { kind: 'bytes', unit: 'bit/s', list: true, label: 'Download rate' },
    upload_bps: { kind: 'bytes', unit: 'bit/s', list: true, label: 'Upload rate' },
    acct_session_id: { kind: 'text', personal: true, label: 'Acct-Session-Id' },
    nas_port_id: { kind: 'text', personal: true, nullable: true, label: 'NAS-Port-Id' },
    policy: {
      kind: 'text',
      personal: false,
      help: 'What the router was last told to apply: accept or walled, upload/download in kbit/s',
    },
  },
})

export type Session = Row<typeof sessions>

/** What was asked of a router about a running session (RFC 5176), and what it answered. */
export const coaRequests = resource('coa_request', {
  title: 'kind',
  label: 'CoA request',
  label_plural: 'CoA requests',
  scope: 'partner',
  generic: ['list', 'get'],
  fields: {
    kind: { kind: 'choice', values: ['coa', 'disconnect'], list: true },
    status: {
      kind: 'choice',
      values: ['pending', 'sent', 'acked', 'naked', 'failed', 'superseded'],
      filter: true,
      list: true,
    },
    reason: { kind: 'text', personal: false, nullable: true, list: true },
    session_id: { kind: 'reference', to: 'session', filter: true, list: true },
    service_id: { kind: 'reference', to: 'service', nullable: true, filter: true },
    customer_id: { kind: 'reference', to: 'customer', nullable: true, filter: true, list: true },
    partner_id: { kind: 'reference', to: 'partner', nullable: true },
    router_id: { kind: 'reference', to: 'router', filter: true, list: true },
    policy: { kind: 'text', personal: false, help: 'What the session shall have' },
    attempts: { kind: 'integer', list: true },
    last_error: { kind: 'text', personal: true, nullable: true, list: true },
    sent_at: { kind: 'datetime', nullable: true },
    answered_at: { kind: 'datetime', nullable: true, list: true },
  },
})

export type CoaRequest = Row<typeof coaRequests>
