import { useQuery, keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../api.ts'
import { count } from '../format.ts'
import { fieldNamed, type Noun } from '../meta.ts'
import type { GridProps } from './DataGrid.tsx'
import { Value } from './Value.tsx'

type Figures = { data: { count: number; sum: Record<string, unknown> }[] }

/** Adding up speeds or due days says nothing; amounts and data volumes do. */
const addable = new Set(['money', 'bytes'])

/** The sums of a list's columns over all of its rows, also those not loaded yet. */
export function useFooter(noun: Noun, query: Record<string, string>, shown: string[]): GridProps['footer'] {
  const { t } = useTranslation()
  const fields = shown.flatMap((name) => fieldNamed(noun, name) ?? []).filter(({ kind }) => addable.has(kind))
  const sum = fields
    .slice(0, 8)
    .map((field) => field.name)
    .join(',')
  const { sort: _, ...filters } = query
  const { data } = useQuery({
    queryKey: ['aggregate', noun.path, filters, sum],
    queryFn: ({ signal }) =>
      api.get<Figures>(`${noun.path}/aggregate`, { query: { ...filters, sum }, signal }),
    enabled: sum !== '',
    placeholderData: keepPreviousData,
    meta: { live: [noun.name], rest_ms: 10_000 },
  })
  const [all] = data?.data ?? []
  if (!all || sum === '') return undefined
  return {
    label: t('list.sumOf', { count: all.count, total: count(all.count) }),
    cells: Object.fromEntries(
      fields
        .filter(({ name }) => all.sum[name] !== undefined)
        .map((field) => [field.name, <Value key={field.name} field={field} value={all.sum[field.name]} />]),
    ),
  }
}
