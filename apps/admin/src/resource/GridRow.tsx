import { Checkbox } from '@mantine/core'
import { memo, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Row } from '../api.ts'
import type { Column } from './DataGrid.tsx'
import classes from './DataGrid.module.css'

export type RowActs = {
  opens: boolean
  open: (row: Row, event: MouseEvent | KeyboardEvent) => void
  activate: (index: number) => void
  toggle: (row: Row) => void
}

type Props = {
  id: string
  row: Row
  index: number
  top_px: number
  columns: Column[]
  compact: ((row: Row) => ReactNode) | undefined
  active: boolean
  /** Undefined where rows cannot be selected. */
  selected: boolean | undefined
  acts: RowActs
}

/** One row. Moving through a list draws two of them again, not forty. */
export const GridRow = memo(function GridRow({
  id,
  row,
  index,
  top_px,
  columns,
  compact,
  active,
  selected,
  acts,
}: Props) {
  const { t } = useTranslation()
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={active || undefined}
      data-opens={acts.opens || undefined}
      className={`${classes.row} ${classes.line}`}
      style={{ transform: `translateY(${top_px}px)` }}
      onClick={(event) => {
        acts.activate(index)
        if (!isInteractive(event) && !window.getSelection()?.toString()) acts.open(row, event)
      }}
    >
      {selected !== undefined && (
        <div role="gridcell" className={classes.tick}>
          <Checkbox
            size="xs"
            aria-label={t('grid.select')}
            checked={selected}
            onChange={() => acts.toggle(row)}
          />
        </div>
      )}
      {compact ? (
        <div role="gridcell" className={classes.compact}>
          {compact(row)}
        </div>
      ) : (
        columns.map((column) => (
          <div key={column.id} role="gridcell" className={classes.cell} data-align={column.align}>
            {column.cell(row)}
          </div>
        ))
      )}
    </div>
  )
})

/** A click on a link, button or box inside the row is meant for that, not for the row. */
function isInteractive(event: MouseEvent): boolean {
  return event.target instanceof Element && event.target.closest('a, button, input, label') !== null
}
