import type { Field, Fields } from '#kernel/resource.ts'
import { limited } from './kinds-of-tariff.ts'
import { modes } from './shaping-fields.ts'

type When = NonNullable<Field['when']>

/** Says of each field of a tariff for which kind, and in which mode, it counts: what the rules refuse, forms do not show. */
export function shownWhen<const F extends Fields>(fields: F): F {
  const when = conditions()
  const told = Object.entries(fields).map(([name, field]) => {
    const condition = when.get(name)
    return [name, condition ? { ...field, when: { ...field.when, ...condition } } : field]
  })
  // The same fields under the same names, each with one member more that its type leaves open.
  return Object.fromEntries(told) as F
}

function conditions(): Map<string, When> {
  const when = new Map<string, When>()
  const add = (name: string, condition: When) => when.set(name, { ...when.get(name), ...condition })
  for (const { fields, kinds } of limited)
    for (const name of Object.keys(fields)) add(name, { service_type: kinds })
  for (const { mode, fields } of modes)
    for (const name of new Set(Object.values(fields).flat()))
      add(name, { [mode]: Object.keys(fields).filter((value) => fields[value]?.includes(name)) })
  return when
}
