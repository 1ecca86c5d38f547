import { resource, type Row } from '#kernel/resource.ts'
import type { ContractDocument } from '../../documents/index.ts'

/** A contract as it was handed over. It prints the same for ever; what is agreed anew is issued anew. */
export const contracts = resource('contract', {
  title: 'number',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Contracts as they were issued. GET /contracts/{id}/pdf prints one again, whatever changed since.',
  fields: {
    number: { kind: 'text', personal: false, filter: true, sort: true, list: true },
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true, stays: true },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    service_id: { kind: 'reference', to: 'service', filter: true, list: true },
    date: { kind: 'date', filter: true, sort: true, list: true, help: 'The day on which it was issued' },
    document: { kind: 'json', personal: 'kept', help: 'All that stands on it' },
  },
  redact(ctx, printed) {
    if (ctx.access.hidden('service').has('price')) delete printed.document
  },
})
export type IssuedContract = Row<typeof contracts>

/** Below a key of its own: an erasure replaces what stands at the top. */
export const printedContract = ({ document }: IssuedContract): ContractDocument =>
  (document as { printed: ContractDocument }).printed
