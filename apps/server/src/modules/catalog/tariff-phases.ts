import type { Ctx } from '#kernel/ctx.ts'
import { invalid, invalidField, type FieldError } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { everyColumn, asResource } from '#kernel/store.ts'
import { tariffsInSight, tariffToChange } from './tariffs.ts'

/** A step on the way to a tariff's regular price: a trial, a promotion. They count for services that begin from now on. */
export const tariffPhases = resource('tariff_phase', {
  sort: 'position',
  fields: {
    tariff_id: { kind: 'reference', to: 'tariff', immutable: true, filter: true, list: true },
    position: {
      kind: 'integer',
      min: 1,
      max: 20,
      sort: true,
      list: true,
      label: 'Order',
    },
    name: { kind: 'text', max: 60, list: true, help: 'Trial, Promotion' },
    length: { kind: 'integer', min: 1, max: 366, list: true },
    length_unit: { kind: 'choice', values: ['months', 'days'], default: 'months', list: true },
    kind: { kind: 'choice', values: ['fixed', 'percent'], default: 'fixed', label: 'Price by' },
    price: { kind: 'money', min: 0, max: 100_000_000, nullable: true, list: true, unit: 'a month' },
    percent: {
      kind: 'percent',
      min: 0,
      max: 100,
      nullable: true,
      list: true,
      unit: '% of the price',
      help: 'What is paid of the regular price',
    },
  },
  rows: (ctx) => sql`exists (
    select from tariffs
    where tariffs.tenant_id = tariff_phases.tenant_id and tariffs.id = tariff_phases.tariff_id and ${tariffsInSight(ctx)})`,
  before: {
    async create(ctx, row) {
      const tariff = await tariffToChange(ctx, String(row.tariff_id))
      if (tariff.service_type === 'one_time')
        throw invalidField(
          'tariff_id',
          'charged_once',
          'A one-time tariff is charged once and has no phases.',
        )
      check(row)
    },
    async update(ctx, row, changes) {
      await tariffToChange(ctx, String(row.tariff_id))
      check({ ...row, ...changes })
    },
    async delete(ctx, row) {
      await tariffToChange(ctx, String(row.tariff_id))
    },
  },
})
export type TariffPhase = Row<typeof tariffPhases>

/** A tariff's phases in their order. */
export const phasesOf = (ctx: Ctx, tariff_id: string): Promise<TariffPhase[]> =>
  ctx.db.all(sql<TariffPhase>`
    select ${everyColumn(asResource(tariffPhases))}
    from tariff_phases
    where tariff_id = ${tariff_id}
    order by position`)

/** The phases of several tariffs, each in their order. */
export async function phasesOfTariffs(
  ctx: Ctx,
  tariff_ids: readonly string[],
): Promise<Map<string, TariffPhase[]>> {
  const phases = await ctx.db.all(sql<TariffPhase>`
    select ${everyColumn(asResource(tariffPhases))}
    from tariff_phases
    where tariff_id = any(${tariff_ids}::uuid[])
    order by tariff_id, position`)
  return Map.groupBy(phases, ({ tariff_id }) => tariff_id)
}

function check(phase: Record<string, unknown>): void {
  const mistakes = [...mistakesOf(phase)]
  if (mistakes.length > 0) throw invalid(mistakes)
}

function* mistakesOf({ kind, price, percent }: Record<string, unknown>): Iterable<FieldError> {
  const given = { price, percent }
  const [own, other] = kind === 'percent' ? (['percent', 'price'] as const) : (['price', 'percent'] as const)
  if (given[own] === null || given[own] === undefined)
    yield { field: own, code: 'required', detail: `A phase with a ${String(kind)} price says what it is.` }
  if (given[other] !== null && given[other] !== undefined)
    yield {
      field: other,
      code: 'other_kind',
      detail: `A phase with a ${String(kind)} price has no ${other}.`,
    }
}
