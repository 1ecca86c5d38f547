import type { Fields } from '#kernel/resource.ts'

export const bundleFields = {
  bundle_end: {
    kind: 'choice',
    values: ['end', 'keep'],
    default: 'end',
    group: 'Bundle',
    label: 'When it ends',
    help: 'Its services end with it, or go on at their own tariffs’ prices',
  },
} as const satisfies Fields
