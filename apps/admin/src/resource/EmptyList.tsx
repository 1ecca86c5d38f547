import { Button, Group } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Page, type Row } from '../api.ts'
import { count, inSentence } from '../format.ts'
import type { Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { Empty } from '../ui/Empty.tsx'
import { LinkButton } from '../ui/Link.tsx'
import type { Search } from '../ui/search.ts'
import { filtersOf, keyOf, listQuery, type Filter } from './filters.ts'
import { useFilterText } from './useFilterText.ts'

type Props = {
  noun: Noun
  query: Search
  onChange: (change: Record<string, string | undefined>) => void
  /** The first step, where it is not the creating of one. */
  first?: ReactNode
}

/** Without conditions: what would be here and the first step. With conditions: which of them hides it. */
export function EmptyList({ noun, query, onChange, first }: Props) {
  const { t } = useTranslation()
  const filters = filtersOf(noun, query)
  const what = inSentence(noun.label_plural)
  if (filters.length === 0 && !query['q'] && !query['filter']) {
    return (
      <Empty
        title={t('empty.title', { what })}
        detail={
          noun.can.create || first ? t('empty.first', { what: inSentence(noun.label) }) : t('empty.comes')
        }
      >
        {first}
        {!first && noun.can.create && (
          <LinkButton href={paths.create(noun)}>
            {t('list.create', { what: inSentence(noun.label) })}
          </LinkButton>
        )}
      </Empty>
    )
  }
  return (
    <Empty title={t('empty.nothing', { what })} detail={t('empty.without')}>
      <Hiding noun={noun} query={query} filters={filters} onChange={onChange} />
    </Empty>
  )
}

/** Asks how many rows there would be without each condition in turn. */
function Hiding({ noun, query, filters, onChange }: Props & { filters: Filter[] }) {
  const { t } = useTranslation()
  const keys = [...filters.map(keyOf), ...(query['filter'] ? ['filter'] : []), ...(query['q'] ? ['q'] : [])]
  const found = useQueries({
    queries: keys.map((key) => {
      const { [key]: _, ...rest } = listQuery(noun, query)
      return {
        queryKey: ['count', noun.path, rest],
        queryFn: () => api.get<Page<Row>>(noun.path, { query: { ...rest, limit: 1, count: 'true' } }),
      }
    }),
  })
  return (
    <Group justify="center" gap="xs" mt="xs">
      {keys.map((key, index) => {
        const total = found[index]?.data?.total ?? found[index]?.data?.total_at_least
        const filter = filters[index]
        return (
          <Button key={key} variant="default" onClick={() => onChange({ [key]: undefined })}>
            {filter ? (
              <FilterWords noun={noun} filter={filter} />
            ) : key === 'filter' ? (
              t('filter.dropTree')
            ) : (
              t('empty.text', { text: query['q'] })
            )}
            {total === undefined ? '' : ` (${t('empty.would', { total: count(total) })})`}
          </Button>
        )
      })}
    </Group>
  )
}

function FilterWords({ noun, filter }: { noun: Noun; filter: Filter }) {
  const { t } = useTranslation()
  return t('empty.drop', { filter: useFilterText(noun, filter) })
}
