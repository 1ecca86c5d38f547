import { useMediaQuery } from '@mantine/hooks'
import { useCallback, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Row } from '../api.ts'
import { count, inSentence } from '../format.ts'
import type { Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { Empty } from '../ui/Empty.tsx'
import { TextLink, useGo } from '../ui/Link.tsx'
import { Section } from '../ui/Section.tsx'
import { CompactRow } from './CompactRow.tsx'
import { DataGrid } from './DataGrid.tsx'
import { useGridColumns } from './gridColumns.tsx'
import { useColumns } from './useColumns.ts'
import { useList } from './useList.ts'
import { AddLink } from './AddLink.tsx'

type Props = {
  noun: Noun
  /** The reference field by which it belongs to the page's row. */
  by: string
  id: string
  title: string
  actions?: ReactNode
  sort?: string
  /** One of many on its page: while it is empty it is a line, not a table of nothing. */
  brief?: boolean
}

/** A real list inside a page: sortable, open-able, every row reachable, and a link to the whole list, filtered. */
export function RelatedList({ noun, by, id, title, actions, sort: firstSort, brief }: Props) {
  const { t } = useTranslation()
  const go = useGo()
  const phone = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const [sort, setSort] = useState(firstSort ?? noun.default_sort)
  const columns = useColumns(noun, undefined, [by])
  const query: Record<string, string> = { [by]: id, ...(sort ? { sort } : {}) }
  const list = useList(noun, query, columns.shown)
  const shownColumns = useGridColumns(noun, columns, list.refs)
  const names = columns.shown.join()
  const compact = useCallback(
    (row: Row) => <CompactRow noun={noun} row={row} shown={names.split(',')} refs={list.refs} />,
    [noun, names, list.refs],
  )
  const total = list.total ?? list.total_at_least
  return (
    <Section
      title={
        <>
          {title}{' '}
          <span style={{ color: 'var(--isp-dim)', fontWeight: 400 }}>
            {total === undefined ? '' : brief && total === 0 ? t('related.none') : count(total)}
          </span>
        </>
      }
      padded={false}
      aside={
        <>
          {list.rows.length > 0 && (
            <TextLink href={paths.list(noun, { [by]: id })} fz={13}>
              {t('related.all')}
            </TextLink>
          )}
          {actions ?? <AddLink noun={noun} given={{ [by]: id }} />}
        </>
      }
    >
      {!(brief && list.rows.length === 0) && (
        <DataGrid
          inline
          label={title}
          columns={shownColumns}
          rows={list.rows}
          compact={phone ? compact : undefined}
          sort={sort}
          onSort={setSort}
          onResize={columns.resize}
          {...(noun.can.get ? { onOpen: (row) => void go(paths.row(noun, row.id)) } : {})}
          waiting={list.isPending}
          more={list.hasNextPage}
          onMore={() => !list.isFetching && void list.fetchNextPage()}
          total={list.total}
          empty={<Empty small title={t('empty.title', { what: inSentence(noun.label_plural) })} />}
        />
      )}
    </Section>
  )
}
