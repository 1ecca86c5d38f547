import { useTranslation } from 'react-i18next'
import { date, kbps, labelOf, money } from '../format.ts'
import { useMeta, type Field, type Noun } from '../meta.ts'
import { filterField, type Filter } from './filters.ts'
import { useReferenceTitle } from './useReferenceTitle.ts'

/** A condition in words: `Status is Active or Blocked`, `Balance is below €0.00`. */
export function useFilterText(noun: Noun, filter: Filter): string {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const field = filterField(noun, filter.field)
  const reference =
    field !== undefined &&
    ['reference', 'references', 'user'].includes(field.kind) &&
    field.to !== undefined &&
    filter.operator !== 'null'
  const title = useReferenceTitle(reference ? field.to : undefined, filter.value)
  if (!field) return ''
  const value = reference
    ? (title ?? '…')
    : filter.value
        .split(',')
        .map((one) => written(field, one, tenant.currency))
        .join(t(filter.operator === 'all' ? 'filter.and' : 'filter.or'))
  if (filter.operator === 'null')
    return t(filter.value === 'true' ? 'filter.isEmpty' : 'filter.isNotEmpty', { field: field.label })
  return t('filter.text', { field: field.label, operator: t(`filter.operator.${filter.operator}`), value })
}

function written(field: Field, value: string, currency: string): string {
  if (field.kind === 'money') return money(value, currency)
  if (field.kind === 'date') return date(value)
  if (field.kind === 'kbps') return kbps(value)
  if (['choice', 'choices', 'boolean'].includes(field.kind)) return labelOf(field, value)
  return value
}
