import type { KeyboardEvent, PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Column } from './DataGrid.tsx'
import classes from './DataGrid.module.css'

const narrowest_px = 60
const widest_px = 640

/** The right edge of a header: dragged by pointer, moved by the arrow keys. */
export function ColumnHandle({ column, onResize }: { column: Column; onResize: (width_px: number) => void }) {
  const { t } = useTranslation()
  const to = (width: number) => onResize(Math.min(widest_px, Math.max(narrowest_px, Math.round(width))))
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault()
    event.stopPropagation()
    const handle = event.currentTarget
    const start = event.clientX - column.width
    handle.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => to(moved.clientX - start)
    handle.addEventListener('pointermove', move)
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), {
      once: true,
    })
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') to(column.width - 16)
    if (event.key === 'ArrowRight') to(column.width + 16)
  }
  return (
    <div
      className={classes.handle}
      role="separator"
      aria-orientation="vertical"
      aria-label={t('grid.resize', { column: column.label })}
      aria-valuenow={column.width}
      aria-valuemin={narrowest_px}
      aria-valuemax={widest_px}
      tabIndex={0}
      draggable={false}
      onPointerDown={drag}
      onKeyDown={press}
    />
  )
}
