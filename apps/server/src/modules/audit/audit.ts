import { resource } from '#kernel/resource.ts'
import { withoutHidden } from '#kernel/shape.ts'
import { auditFilters } from './filters.ts'

/** What was done: read-only here, written by the kernel in the transaction of each change. */
export const auditEvents = resource('audit_event', {
  title: 'action',
  scope: 'whole',
  log: true,
  generic: ['list', 'get'],
  fields: {
    at: { kind: 'datetime', filter: true, sort: true, list: true, label: 'When' },
    noun: { kind: 'text', filter: true, list: true },
    row_id: { kind: 'reference', filter: true, list: true },
    action: { kind: 'text', filter: true, list: true },
    reason: { kind: 'text', nullable: true, list: true },
    actor_kind: { kind: 'choice', values: ['user', 'api_key', 'system'], list: true },
    actor_id: { kind: 'reference', nullable: true, filter: true },
    actor_name: { kind: 'text', list: true, label: 'Who' },
    changes: { kind: 'json' },
    cause: { kind: 'json' },
    request_id: { kind: 'reference', nullable: true, filter: true },
    ip: { kind: 'ip', nullable: true },
  },
  filters: auditFilters,
  /** What a role hides of a noun, it hides of that noun's past. */
  redact(ctx, printed) {
    const noun = ctx.app.nouns.byName(ctx, String(printed.noun))
    if (!noun || !printed.changes) return
    printed.changes = ctx.access.can(noun.name, 'get')
      ? withoutHidden(ctx, noun, printed.changes as Record<string, unknown>)
      : {}
  },
})

export const events = resource('event', {
  title: 'type',
  scope: 'whole',
  log: true,
  generic: ['list', 'get'],
  fields: {
    at: { kind: 'datetime', list: true, label: 'When' },
    type: { kind: 'text', list: true },
    noun: { kind: 'text', list: true },
    row_id: { kind: 'reference', filter: true, list: true },
    data: { kind: 'json' },
    actor: { kind: 'json' },
    cause: { kind: 'json' },
  },
})
