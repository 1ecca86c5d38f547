import { Checkbox, Skeleton } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useEffect, useId, useMemo, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { count } from '../format.ts'
import type { Row } from '../api.ts'
import { GridRow, type RowActs } from './GridRow.tsx'
import { ColumnHandle } from './ColumnHandle.tsx'
import classes from './DataGrid.module.css'

export type Column = {
  id: string
  label: string
  width: number
  align?: 'right'
  sortable?: boolean
  cell: (row: Row) => ReactNode
}

export type GridProps = {
  label: string
  columns: Column[]
  rows: Row[]
  /** One row on a phone: two lines instead of columns. */
  compact?: ((row: Row) => ReactNode) | undefined
  sort?: string | undefined
  onSort?: (sort: string) => void
  onResize?: (column: string, width_px: number) => void
  onMove?: (column: string, before: string) => void
  onOpen?: (row: Row, event: MouseEvent | KeyboardEvent) => void
  /** Row ids, or every row that the list's filters leave. */
  selection?: {
    has: (id: string) => boolean
    toggle: (id: string) => void
    toggleAll: () => void
    all: boolean
    some: boolean
  }
  active?: number
  onActive?: (index: number) => void
  waiting?: boolean
  stale?: boolean
  more?: boolean
  onMore?: () => void
  total?: number | undefined
  /** Figures over all rows of the list, by the column that they are of. */
  footer?: { label: string; cells: Record<string, ReactNode> } | undefined
  empty?: ReactNode
  /** Grows with its rows instead of filling its parent; for the short lists inside a page. */
  inline?: boolean
}

const rowHeight_px = 37
const compactHeight_px = 62

export function DataGrid(props: GridProps) {
  const { t } = useTranslation()
  const { columns, rows, selection, compact, active = -1 } = props
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const height = compact ? compactHeight_px : rowHeight_px
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    scrollPaddingStart: compact ? 0 : 36,
  })
  useEffect(() => virtual.measure(), [virtual, height])
  useEffect(() => {
    if (active >= 0) virtual.scrollToIndex(active)
  }, [virtual, active])

  // Rows are drawn again only when they change; what they call is read from here, always the newest.
  const newest = useRef(props)
  newest.current = props
  const acts = useMemo<RowActs>(
    () => ({
      opens: props.onOpen !== undefined,
      open: (row, event) => newest.current.onOpen?.(row, event),
      activate: (index) => newest.current.onActive?.(index),
      toggle: (row) => newest.current.selection?.toggle(row.id),
    }),
    [props.onOpen !== undefined],
  )

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const { more, onMore } = props
  useEffect(() => {
    if (more && last >= rows.length - 20) onMore?.()
  }, [more, last, rows.length, onMore])

  const tracks = compact ? [] : columns.map((column) => `${column.width}px`)
  const template = [selection ? '40px' : '', ...tracks, 'minmax(0, 1fr)'].join(' ')
  const width = compact ? 0 : columns.reduce((sum, column) => sum + column.width, selection ? 40 : 0)
  const skeletons =
    props.waiting && rows.length === 0
      ? Array.from({ length: props.inline ? 3 : 14 }, (_, index) => index)
      : []

  return (
    <div
      ref={scroller}
      className={classes.scroller}
      data-inline={props.inline || undefined}
      data-stale={props.stale || undefined}
      style={
        { '--template': template, '--width': `${width}px`, '--row': `${height}px` } as React.CSSProperties
      }
    >
      <div
        role="grid"
        className={classes.grid}
        aria-label={props.label}
        aria-rowcount={props.total ?? -1}
        aria-busy={props.waiting || undefined}
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        tabIndex={0}
      >
        <div className={classes.head} role="rowgroup" data-compact={compact ? true : undefined}>
          <div role="row" className={classes.row} aria-rowindex={1}>
            {selection && (
              <div role="columnheader" className={classes.tick}>
                <Checkbox
                  size="xs"
                  aria-label={t('grid.selectAll')}
                  checked={selection.all}
                  indeterminate={selection.some && !selection.all}
                  onChange={selection.toggleAll}
                />
              </div>
            )}
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} {...props} />
            ))}
            <div role="presentation" />
          </div>
        </div>
        <div
          role="rowgroup"
          className={classes.body}
          style={{ height: rows.length > 0 ? virtual.getTotalSize() : undefined }}
        >
          {items.map((item) => {
            const row = rows[item.index]
            if (!row) return null
            return (
              <GridRow
                key={row.id}
                id={`${id}-${item.index}`}
                row={row}
                index={item.index}
                top_px={item.start}
                columns={columns}
                compact={compact}
                active={item.index === active}
                selected={selection ? selection.has(row.id) : undefined}
                acts={acts}
              />
            )
          })}
          {skeletons.map((index) => (
            <div key={index} role="row" className={`${classes.row} ${classes.waiting}`} aria-hidden>
              {selection && <div role="gridcell" />}
              {compact ? (
                <div role="gridcell" className={classes.compact}>
                  <Skeleton height={14} width="60%" animate={false} />
                </div>
              ) : (
                columns.map((column) => (
                  <div key={column.id} role="gridcell" className={classes.cell} data-align={column.align}>
                    <Skeleton
                      height={10}
                      width={`${35 + ((index * 17 + column.width) % 45)}%`}
                      animate={false}
                      display="inline-block"
                    />
                  </div>
                ))
              )}
            </div>
          ))}
        </div>
      </div>
      {!props.waiting && rows.length === 0 && props.empty}
      {rows.length > 0 && props.footer && <GridFooter columns={columns} footer={props.footer} />}
      {more && rows.length > 0 && (
        <div className={classes.more} role="presentation">
          {t('grid.more', { shown: count(rows.length) })}
        </div>
      )}
    </div>
  )
}

/** Stays in sight at the lower edge. It follows the grid in reading order, and says itself what it is. */
function GridFooter({ columns, footer }: { columns: Column[]; footer: Footer }) {
  const shown = columns.filter((column) => footer.cells[column.id] !== undefined)
  if (shown.length === 0) return null
  return (
    <div className={classes.foot} role="group" aria-label={footer.label}>
      <span>{footer.label}</span>
      {shown.map((column) => (
        <span key={column.id}>
          {column.label} <strong>{footer.cells[column.id]}</strong>
        </span>
      ))}
    </div>
  )
}
type Footer = NonNullable<GridProps['footer']>

function HeaderCell({ column, sort, onSort, onResize, onMove }: { column: Column } & GridProps) {
  const descending = sort === `-${column.id}`
  const sorted = descending || sort === column.id
  const label = <span className={classes.label}>{column.label}</span>
  return (
    <div
      role="columnheader"
      className={classes.cell}
      data-align={column.align}
      aria-sort={sorted ? (descending ? 'descending' : 'ascending') : undefined}
      draggable={onMove !== undefined}
      onDragStart={(event) => event.dataTransfer.setData('text/isp-column', column.id)}
      onDragOver={(event) => event.dataTransfer.types.includes('text/isp-column') && event.preventDefault()}
      onDrop={(event) => onMove?.(event.dataTransfer.getData('text/isp-column'), column.id)}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          className={classes.sort}
          onClick={() => onSort(sorted && !descending ? `-${column.id}` : column.id)}
        >
          {label}
          {sorted &&
            (descending ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden />)}
        </button>
      ) : (
        label
      )}
      {onResize && <ColumnHandle column={column} onResize={(width) => onResize(column.id, width)} />}
    </div>
  )
}
