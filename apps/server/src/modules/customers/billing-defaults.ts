import { invalidField } from '#kernel/refused.ts'
import { resource, type Field } from '#kernel/resource.ts'
import { billingTermNames, billingTerms, checkTerms, type BillingTerm } from './billing-terms.ts'

type Inheritable = typeof billingTerms
type Defaults = {
  [T in BillingTerm]: Omit<Inheritable[T], 'inherits' | 'filter'> & { nullable: true; list: true }
}

/** A partner's terms leave open what the partner above it decides. */
const open = Object.fromEntries(
  Object.entries<Field>(billingTerms).map(([name, field]) => [
    name,
    { ...field, inherits: false, filter: false, nullable: true, list: true },
  ]),
) as unknown as Defaults

export const billingDefaults = resource('billing_default', {
  title: 'partner_id',
  scope: 'partner',
  generic: ['list', 'get', 'create', 'update'],
  help: 'The billing terms of a partner’s customers. An empty one is that of the partner above; a customer’s own goes before all.',
  fields: {
    partner_id: { kind: 'reference', to: 'partner', immutable: true, filter: true, list: true },
    ...open,
  },
  before: {
    async create(_, row) {
      checkTerms(row)
    },
    async update(ctx, row, changes) {
      checkTerms(changes)
      const left = billingTermNames.find((name) => changes[name] === null)
      if (left && row.partner_id === ctx.tenant.root_partner_id)
        throw invalidField(
          left,
          'required',
          'Nobody stands above the ISP itself, so its own terms cannot be left open.',
        )
    },
  },
})
