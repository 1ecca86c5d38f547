import type { Field } from '../meta.ts'
import { matches } from './tree.ts'
import type { Values } from './useFormState.ts'

/** Whether a field counts with these values: the fields it depends on have the values it wants, and count themselves. */
export function counts(field: Field, fields: Field[], values: Values, depth = 0): boolean {
  if (field.visible_when && !matches(field.visible_when, values)) return false
  return Object.entries(field.when ?? {}).every(([name, wanted]) => {
    const other = fields.find((one) => one.name === name)
    const known = other === undefined || depth > 4 || counts(other, fields, values, depth + 1)
    return known && wanted.includes(String(values[name] ?? ''))
  })
}

/** The values as they are sent: what does not count is as if nobody had touched it. */
export function countingValues(fields: Field[], values: Values): Values {
  const idle = fields.filter((field) => !counts(field, fields, values))
  return { ...values, ...Object.fromEntries(idle.map((field) => [field.name, field.default ?? ''])) }
}
