import { visiblePartners } from '#kernel/permissions.ts'
import { invalidField } from '#kernel/refused.ts'
import { resource } from '#kernel/resource.ts'

/** A node of the tree of resellers; the root is the ISP itself. Who belongs to a partner sees its subtree. */
export const partners = resource('partner', {
  search: true,
  sort: 'name',
  scope: 'partner',
  columns: { partner_id: 'id' },
  fields: {
    name: { kind: 'text', max: 120, filter: true, sort: true, list: true },
    parent_id: {
      kind: 'reference',
      to: 'partner',
      nullable: true,
      filter: true,
      list: true,
      label: 'Above it',
    },
    status: {
      kind: 'choice',
      values: ['active', 'suspended'],
      default: 'active',
      readonly: true,
      filter: true,
      list: true,
    },
    email: { kind: 'email', nullable: true, list: true },
    phone: { kind: 'phone', nullable: true },
  },
  before: {
    async create(ctx, row) {
      row.parent_id ??= ctx.access.partner_id ?? ctx.tenant.root_partner_id
      const seen = visiblePartners(ctx)
      if (seen && !seen.includes(String(row.parent_id)))
        throw invalidField(
          'parent_id',
          'no_such_partner',
          'There is no partner with this id, or you may not see it.',
        )
    },
    async update(ctx, row, changes) {
      if (changes.parent_id === null && row.parent_id !== null)
        throw invalidField(
          'parent_id',
          'required',
          'Only the ISP itself stands above all; name the partner above this one.',
        )
      if (row.parent_id === null && changes.parent_id)
        throw invalidField('parent_id', 'root_partner', 'The ISP itself cannot be placed below a partner.')
    },
  },
})
