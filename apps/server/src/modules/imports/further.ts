import type { Refused } from '#kernel/refused.ts'
import { invalid, type FieldError } from '#kernel/refused.ts'
import { words } from '#kernel/resource.ts'
import { addressTargets, contactTargets, serviceTargets } from './targets.ts'

/** What several rows of one customer may each bring. */
const added = { ...addressTargets, ...contactTargets, ...serviceTargets }
const brings = ['tariff', 'login', 'contact_name', 'contact_email', 'contact_phone'] as const

/** Whether a row says more than who its customer is: a service or a contact of a customer that a row before it brings. */
export const bringsMore = (values: Record<string, unknown>): boolean =>
  brings.some((field) => values[field] !== null && values[field] !== undefined)

/**
 * A further row of a customer need not repeat who that is; where it does, it must say the same as the first. `line` is the first
 * one's.
 */
export function whereItDiffers(
  first: Record<string, unknown>,
  further: Record<string, unknown>,
  line: number,
): Refused | undefined {
  const errors: FieldError[] = []
  for (const [field, value] of Object.entries(further)) {
    if (value === null || Object.hasOwn(added, field)) continue
    if (String(first[field] ?? '') === String(value)) continue
    const name = words(field.replace('custom.', '')).toLowerCase()
    errors.push({
      field,
      code: 'differs',
      detail: `Line ${line} is of the same customer and says otherwise about the ${name}.`,
    })
  }
  return errors.length > 0 ? invalid(errors) : undefined
}
