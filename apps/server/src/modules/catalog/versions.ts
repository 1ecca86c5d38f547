import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { tariffsInSight } from './tariffs.ts'

/** What a tariff said, from when on, and what it will say. Written with every change of a tariff. */
export const tariffVersions = resource('tariff_version', {
  title: 'number',
  sort: '-created_at',
  generic: ['list', 'get'],
  help: 'Read them with their differences: GET /tariffs/{id}/versions. A planned one is taken back with withdraw.',
  fields: {
    tariff_id: { kind: 'reference', to: 'tariff', filter: true, list: true },
    number: { kind: 'integer', nullable: true, list: true, help: 'Empty until it is in force' },
    status: { kind: 'choice', values: ['planned', 'in_force', 'withdrawn'], filter: true, list: true },
    effective_new: { kind: 'date', list: true, label: 'For new services from' },
    existing: {
      kind: 'choice',
      values: ['never', 'next_period', 'date'],
      default: 'never',
      label: 'For existing services',
    },
    effective_existing: { kind: 'date', nullable: true, list: true, label: 'For existing services from' },
    include_custom_prices: { kind: 'boolean', default: false },
    services_total: {
      kind: 'integer',
      default: 0,
      readonly: true,
      label: 'Services it changes',
      help: 'Counted when it was entered; those sold since come on top',
    },
    services_done: { kind: 'integer', default: 0, readonly: true, list: true, label: 'Services changed' },
    changes: { kind: 'json', help: 'Stored values: money in minor units, percents × 10^4' },
    terms: { kind: 'json', nullable: true, help: 'Stored values of every field, once it is in force' },
    reason: { kind: 'text', max: 500, nullable: true, list: true },
    actor: { kind: 'json' },
  },
  rows: (ctx) => sql`exists (
    select from tariffs
    where tariffs.tenant_id = tariff_versions.tenant_id and tariffs.id = tariff_versions.tariff_id and ${tariffsInSight(ctx)})`,
  /** What an actor may not see of a tariff it does not see here either. */
  redact(ctx, printed) {
    const hidden = ctx.access.hidden('tariff')
    for (const part of ['changes', 'terms'] as const) {
      const values = printed[part]
      if (values === null || typeof values !== 'object') continue
      printed[part] = Object.fromEntries(Object.entries(values).filter(([name]) => !hidden.has(name)))
    }
  },
})
export type TariffVersion = Row<typeof tariffVersions>
