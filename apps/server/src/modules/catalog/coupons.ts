import { invalid, type FieldError } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { checkReduction, reductionFields } from './reduction-fields.ts'
import { mustBeTheirs, partnersOfSight } from './sight.ts'

const limits = 'Limits'

/** A code that gives a customer a discount, within limits. What is left empty limits nothing. */
export const coupons = resource('coupon', {
  title: 'code',
  sort: 'code',
  generic: ['list', 'get', 'create', 'update', 'delete'],
  fields: {
    code: {
      kind: 'text',
      max: 40,
      immutable: true,
      filter: true,
      sort: true,
      list: true,
      help: 'Capital letters or small ones make no difference',
    },
    label: { kind: 'text', max: 120, list: true, help: 'As the invoice says it' },
    status: { kind: 'choice', values: ['active', 'retired'], default: 'active', filter: true, list: true },
    ...reductionFields,
    duration: {
      kind: 'choice',
      values: ['once', 'periods', 'forever'],
      default: 'once',
      help: 'For the first period that is billed, for so many, or as long as it lasts',
    },
    periods: { kind: 'integer', min: 1, max: 120, nullable: true },
    valid_from: { kind: 'date', nullable: true, group: limits },
    valid_to: { kind: 'date', nullable: true, list: true, group: limits, help: 'The last day' },
    max_redemptions: {
      kind: 'integer',
      min: 1,
      max: 10_000_000,
      nullable: true,
      group: limits,
      label: 'At most, in all',
    },
    max_per_customer: {
      kind: 'integer',
      min: 1,
      max: 1000,
      nullable: true,
      default: 1,
      group: limits,
      label: 'At most, each customer',
    },
    redeemed: { kind: 'integer', readonly: true, default: 0, list: true, group: limits },
    tariff_ids: { kind: 'references', to: 'tariff', default: [], group: limits, label: 'Tariffs' },
    customer_category: {
      kind: 'choice',
      values: ['any', 'person', 'company'],
      default: 'any',
      group: limits,
    },
    label_ids: {
      kind: 'references',
      to: 'label',
      default: [],
      group: limits,
      label: 'Labels',
      help: 'The customer has one of them',
    },
    partner_ids: {
      kind: 'references',
      to: 'partner',
      default: [],
      group: limits,
      label: 'Partners',
      help: 'And all below them',
    },
  },
  rows(ctx) {
    const seen = partnersOfSight(ctx)
    return seen ? sql`(partner_ids = '{}' or partner_ids && ${seen}::uuid[])` : sql`true`
  },
  before: {
    async create(ctx, row) {
      mustBeTheirs(ctx, row, undefined, 'coupon')
      row.code = codeOf(String(row.code))
      checkCoupon(row)
    },
    async update(ctx, row, changes) {
      mustBeTheirs(ctx, changes, row, 'coupon')
      checkCoupon({ ...row, ...changes })
    },
    async delete(ctx, row) {
      mustBeTheirs(ctx, {}, row, 'coupon')
    },
  },
})
export type Coupon = Row<typeof coupons>

/** A code as it is kept, however it was typed. */
export const codeOf = (typed: string): string => typed.replace(/\s/g, '').toUpperCase()

function checkCoupon(values: Record<string, unknown>): void {
  checkReduction(values)
  const mistakes = [...mistakesOf(values)]
  if (mistakes.length > 0) throw invalid(mistakes)
}

function* mistakesOf(values: Record<string, unknown>): Iterable<FieldError> {
  const { code, duration, periods, valid_from: from, valid_to: to } = values
  if (code === '') yield { field: 'code', code: 'required', detail: 'A coupon needs a code.' }
  const numbered = periods !== null && periods !== undefined
  if (duration === 'periods' && !numbered)
    yield { field: 'periods', code: 'required', detail: 'Say for how many periods.' }
  if (duration !== 'periods' && numbered)
    yield { field: 'periods', code: 'not_in_mode', detail: 'Only a coupon for some periods counts them.' }
  if (typeof from === 'string' && typeof to === 'string' && to < from)
    yield { field: 'valid_to', code: 'before_start', detail: 'Valid to is before valid from.' }
}
