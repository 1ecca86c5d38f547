import { DatabaseError } from 'pg'
import type { Tenant } from './tenants.ts'

/** The database speaks of an entity's opaque table and columns; people know its plural and its fields' names. */
export function inOwnWords(tenant: Tenant, error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  for (const noun of tenant.entities.values()) {
    if (error.table !== noun.table.slice('dyn.'.length)) continue
    const column = error.column ?? error.constraint?.replace(/_(fkey|key|check)$/, '')
    const [field] = Object.entries(noun.columns ?? {}).find(([, physical]) => physical === column) ?? []
    error.table = noun.plural
    if (!field) return error
    if (error.code === '23514') error.constraint = `${noun.plural}_${field}_check`
    else error.column = field
  }
  for (const [noun, fields] of tenant.custom_fields)
    for (const [name, field] of Object.entries(fields)) {
      if (!field.beside || field.beside.table !== `dyn.${error.table}`) continue
      if (!error.constraint?.startsWith(field.beside.column)) continue
      error.table = noun
      error.column = `custom.${name}`
    }
  return error
}
