import { useMediaQuery } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useCallback, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Row } from '../api.ts'
import { count, inSentence } from '../format.ts'
import type { Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { LinkButton, useGo } from '../ui/Link.tsx'
import { ErrorNotice } from '../ui/Notice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { useQueryState } from '../ui/search.ts'
import { BulkBar } from './BulkBar.tsx'
import { ColumnChooser } from './ColumnChooser.tsx'
import { CompactRow } from './CompactRow.tsx'
import { DataGrid } from './DataGrid.tsx'
import { ExportMenu } from './ExportMenu.tsx'
import { FilterBar } from './FilterBar.tsx'
import { listQuery } from './filters.ts'
import { useGridColumns, type ExtraColumns } from './gridColumns.tsx'
import { EmptyList } from './EmptyList.tsx'
import classes from './NounList.module.css'
import { CollectionCommands } from './CollectionCommands.tsx'
import { SavedViews } from './SavedViews.tsx'
import { useColumns } from './useColumns.ts'
import { useFooter } from './useFooter.tsx'
import { useList } from './useList.ts'
import { useListKeys } from './useListKeys.ts'
import { useSelection } from './useSelection.ts'

export type NounListProps = {
  noun: Noun
  actions?: ReactNode
  /** The first step of an empty list, where it is not the creating of one. */
  first?: ReactNode
  /** Does not follow what happens. */
  still?: boolean
  above?: ReactNode
  extraColumns?: ExtraColumns
  onOpen?: (id: string) => void
  /** Verbs that have a screen of their own. */
  withoutCommands?: string[]
}

/** The list of any noun, driven by meta. Everything that shapes it stands in the address. */
export function NounList({
  noun,
  actions,
  first,
  still = false,
  above,
  extraColumns,
  onOpen,
  withoutCommands = [],
}: NounListProps) {
  const { t } = useTranslation()
  const [query, setQuery] = useQueryState()
  const go = useGo()
  const phone = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const columns = useColumns(noun, query['columns'])
  const asked = listQuery(noun, query)
  const list = useList(noun, asked, columns.shown, { still })
  const footer = useFooter(noun, asked, columns.shown)
  const shownColumns = useGridColumns(noun, columns, list.refs, extraColumns)
  const names = columns.shown.join()
  const compact = useCallback(
    (row: Row) => (
      <CompactRow noun={noun} row={row} shown={names.split(',')} refs={list.refs} extra={extraColumns} />
    ),
    [noun, names, list.refs, extraColumns],
  )
  const selection = useSelection(list.rows)
  const [active, setActive] = useState(-1)
  const filterInput = useRef<HTMLInputElement>(null)
  const current = list.rows[active]
  const sort = query['sort'] ?? noun.default_sort
  const open = (id: string) => (onOpen ? onOpen(id) : void go(paths.row(noun, id)))
  const selectable =
    noun.can.update || noun.can.delete || noun.commands.some((command) => command.on === 'row')

  useListKeys({
    filter: () => filterInput.current?.focus(),
    down: () => setActive(Math.min(active + 1, list.rows.length - 1)),
    up: () => setActive(Math.max(active - 1, 0)),
    select: () => selectable && current && selection.toggle(current.id),
    open: () => current && open(current.id),
    edit: () => current && noun.can.update && void go(paths.edit(noun, current.id)),
    create: () => noun.can.create && void go(paths.create(noun)),
  })

  return (
    <div className={classes.screen}>
      <PageHeader
        title={noun.label_plural}
        chips={<TotalNote total={list.total} atLeast={list.total_at_least} />}
        actions={
          <>
            {actions}
            <CollectionCommands noun={noun} without={withoutCommands} />
            {noun.can.create && (
              <LinkButton href={paths.create(noun)} leftSection={<IconPlus size={15} />}>
                {t('list.create', { what: inSentence(noun.label) })}
              </LinkButton>
            )}
          </>
        }
      >
        {above}
      </PageHeader>
      <div className={classes.tools}>
        <FilterBar noun={noun} query={query} onChange={setQuery} inputRef={filterInput} />
        <div className={classes.right}>
          <SavedViews noun={noun} query={query} columns={columns.shown} onChange={setQuery} />
          <ColumnChooser
            state={columns}
            noun={noun}
            onShow={(shown) => {
              columns.show(shown)
              setQuery({ columns: undefined })
            }}
          />
          <ExportMenu noun={noun} query={asked} columns={columns.shown} />
        </div>
      </div>
      {list.error && (
        <div className={classes.error}>
          <ErrorNotice error={list.error} />
        </div>
      )}
      <DataGrid
        label={noun.label_plural}
        columns={shownColumns}
        rows={list.rows}
        compact={phone ? compact : undefined}
        sort={sort}
        onSort={(next) => setQuery({ sort: next })}
        onResize={columns.resize}
        onMove={(moved, before) => columns.show(movedBefore(columns.shown, moved, before))}
        onOpen={(row) => open(row.id)}
        {...(selectable
          ? {
              selection: {
                has: (id) => selection.matching || selection.ids.has(id),
                toggle: selection.toggle,
                toggleAll: selection.toggleAll,
                all: list.rows.length > 0 && selection.ids.size >= list.rows.length,
                some: selection.ids.size > 0,
              },
            }
          : {})}
        active={active}
        onActive={setActive}
        waiting={list.isPending}
        stale={list.isPlaceholderData}
        more={list.hasNextPage}
        onMore={() => !list.isFetchingNextPage && !list.isFetching && void list.fetchNextPage()}
        total={list.total}
        footer={footer}
        empty={list.error ? null : <EmptyList noun={noun} query={query} onChange={setQuery} first={first} />}
      />
      <BulkBar
        noun={noun}
        selection={selection}
        query={asked}
        total={list.total ?? list.total_at_least}
        loaded={list.rows.length}
      />
    </div>
  )
}

/** Reserves its place while the number is unknown, so that the title does not jump. */
function TotalNote({ total, atLeast }: { total: number | undefined; atLeast: number | undefined }) {
  const { t } = useTranslation()
  if (total !== undefined) return <span className={classes.total}>{count(total)}</span>
  return (
    <span className={classes.total}>
      {atLeast === undefined ? '' : t('list.atLeast', { total: count(atLeast) })}
    </span>
  )
}

function movedBefore(names: string[], moved: string, before: string): string[] {
  if (moved === before || !names.includes(moved)) return names
  const forwards = names.indexOf(moved) < names.indexOf(before)
  const rest = names.filter((name) => name !== moved)
  rest.splice(rest.indexOf(before) + (forwards ? 1 : 0), 0, moved)
  return rest
}
