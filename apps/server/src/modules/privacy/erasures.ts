import { resource, type Row } from '#kernel/resource.ts'

/** The report of an erasure: what was done with how many rows of which noun, and what is still sealed. It names nobody. */
export const erasures = resource('erasure', {
  title: 'number',
  sort: '-erased_at',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'Made by POST /customers/{id}/erase, or /contacts/{id}/erase for one person. Until keep_until a document of the books can still be shown as it was issued.',
  fields: {
    number: { kind: 'text', personal: false, list: true, label: 'Customer number' },
    customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
    contact_id: {
      kind: 'reference',
      to: 'contact',
      nullable: true,
      filter: true,
      list: true,
      help: 'Empty: the customer as a whole',
    },
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    erased_at: { kind: 'datetime', filter: true, sort: true, list: true },
    reason: { kind: 'text', personal: false, max: 500, nullable: true, list: true },
    actor: { kind: 'json', personal: false },
    report: {
      kind: 'json',
      personal: false,
      help: '[{"noun", "label", "rows", "done", "why"?}]; done is erased, deleted, sealed or kept',
    },
    originals: {
      kind: 'choice',
      values: ['none', 'sealed', 'destroyed'],
      filter: true,
      list: true,
      help: 'What the books need of whom a document was for',
    },
    keep_until: {
      kind: 'date',
      nullable: true,
      filter: true,
      list: true,
      help: 'The day the last document need not be kept any more; the key is destroyed then',
    },
    destroyed_at: { kind: 'datetime', nullable: true },
  },
})
export type Erasure = Row<typeof erasures>

/** What happened to the rows of a noun. */
export type Erased = {
  noun: string
  label: string
  rows: number
  done: 'erased' | 'deleted' | 'sealed' | 'kept'
  why?: string
}
