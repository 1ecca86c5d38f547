import type { Line } from '../line.ts'
import { billingRun } from './billing-run.ts'
import { customEntity } from './custom-entity.ts'
import { customField } from './custom-field.ts'
import { getById, list50 } from './customers.ts'
import { memory10kSessions } from './memory-10k-sessions.ts'
import { radiusAccounting, radiusPap } from './radius.ts'
import { search } from './search.ts'
import { memoryIdle, start } from './start.ts'

/** Every line, in the order they run: what only reads first. */
export const lines: readonly Line[] = [
  getById,
  list50,
  search,
  customEntity,
  customField,
  billingRun,
  radiusPap,
  radiusAccounting,
  start,
  memoryIdle,
  memory10kSessions,
]
