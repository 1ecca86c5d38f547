import 'uplot/dist/uPlot.min.css'
import { Button, Table } from '@mantine/core'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import classes from './Chart.module.css'

export type Series = {
  label: string
  color: `--isp-${string}`
  values: (number | null)[]
  format: (value: number) => string
}

type Props = {
  label: string
  /** One for each value: seconds since 1970 for a line over time, otherwise the index. */
  x: number[]
  xLabel: (x: number) => string
  series: Series[]
  bars?: boolean
  height_px?: number
}

/** Lines over time or bars beside each other; axes start at zero, series are labelled directly, numbers a click away. */
export function Chart({ label, x, xLabel, series, bars, height_px = 200 }: Props) {
  const { t } = useTranslation()
  const host = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme()
  const [numbers, setNumbers] = useState(false)
  const [at, setAt] = useState<number | null>(null)

  useEffect(() => {
    const element = host.current
    if (!element || numbers) return
    const plot = new uPlot(
      options({
        x,
        xLabel,
        series,
        bars: bars === true,
        height_px,
        width_px: element.clientWidth,
        onHover: setAt,
      }),
      [x, ...series.map((one) => one.values)],
      element,
    )
    const watcher = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: height_px }))
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      plot.destroy()
    }
    // The functions are made anew by every render of the owner; the data tells when to draw again.
  }, [JSON.stringify(x), JSON.stringify(series.map((one) => one.values)), bars, height_px, scheme, numbers])

  const shown = at ?? x.length - 1
  return (
    <figure className={classes.figure} aria-label={label}>
      <div className={classes.legend}>
        {series.map((one) => {
          const value = one.values[shown]
          return (
            <span key={one.label}>
              <span className={classes.key} style={{ background: `var(${one.color})` }} aria-hidden />
              {one.label} <strong>{value === null || value === undefined ? '–' : one.format(value)}</strong>
            </span>
          )
        })}
        <span className={classes.at}>{x[shown] === undefined ? '' : xLabel(x[shown])}</span>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          onClick={() => setNumbers(!numbers)}
          aria-pressed={numbers}
        >
          {numbers ? t('chart.drawing') : t('chart.numbers')}
        </Button>
      </div>
      <div
        style={{ height: height_px }}
        className={numbers ? classes.numbers : undefined}
        {...(numbers ? { tabIndex: 0 } : {})}
      >
        {numbers ? (
          <Numbers x={x} xLabel={xLabel} series={series} label={label} />
        ) : (
          <div ref={host} aria-hidden />
        )}
      </div>
    </figure>
  )
}

function Numbers({ x, xLabel, series, label }: Pick<Props, 'x' | 'xLabel' | 'series' | 'label'>) {
  return (
    <Table stickyHeader aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Td />
          {series.map((one) => (
            <Table.Th key={one.label} ta="right">
              {one.label}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {x.map((at, index) => (
          <Table.Tr key={at}>
            <Table.Th fw={400}>{xLabel(at)}</Table.Th>
            {series.map((one) => (
              <Table.Td key={one.label} ta="right">
                {one.format(one.values[index] ?? 0)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

type Drawing = Required<Pick<Props, 'x' | 'xLabel' | 'series' | 'bars' | 'height_px'>> & {
  width_px: number
  onHover: (index: number | null) => void
}

function options({ x, xLabel, series, bars, height_px, width_px, onHover }: Drawing): uPlot.Options {
  const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const [first] = series
  const axis = {
    stroke: token('--isp-dim'),
    font: "12px 'Inter Variable', sans-serif",
    grid: { stroke: token('--isp-border'), width: 1 },
    ticks: { show: false },
  }
  const width = 0.8 / series.length
  return {
    width: width_px,
    height: height_px,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: {
      x: { time: false, ...(bars ? { range: (_plot, low, high) => [low - 0.6, high + 0.6] } : {}) },
      y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 64,
        size: 30,
        values: (_plot, splits) =>
          splits.map((at) => (bars ? (x.includes(at) ? xLabel(at) : '') : xLabel(at))),
        incrs: bars ? [1, 2, 3, 6, 7, 14] : roundSpans_s,
      },
      {
        ...axis,
        size: 74,
        values: (_plot, splits) => splits.map((value) => first?.format(value) ?? String(value)),
      },
    ],
    series: [
      {},
      ...series.map((one, index): uPlot.Series => ({
        label: one.label,
        stroke: token(one.color),
        width: bars ? 0 : 1.5,
        fill: bars ? token(one.color) : `${token(one.color)}1f`,
        points: { show: false },
        ...(bars ? { paths: barPaths(width, index, series.length) } : {}),
      })),
    ],
    hooks: { setCursor: [(plot) => onHover(plot.cursor.idx ?? null)] },
  }
}

/** Marks of a time axis stand at round minutes, hours and days. */
const roundSpans_s = [1, 5, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * 60)

/** Bars of several series stand beside each other: each is a share of the slot, moved by its place. */
function barPaths(share: number, index: number, of: number): uPlot.Series.PathBuilder {
  return (plot, series, from, to) => {
    const path = new Path2D()
    const slot = Math.abs(plot.valToPos(1, 'x', true) - plot.valToPos(0, 'x', true))
    const ground = plot.valToPos(0, 'y', true)
    for (let at = from; at <= to; at++) {
      const value = plot.data[series]?.[at]
      const where = plot.data[0][at]
      if (value === null || value === undefined || where === undefined) continue
      const left = plot.valToPos(where, 'x', true) + slot * share * (index - of / 2)
      const top = plot.valToPos(value, 'y', true)
      path.rect(Math.round(left), top, Math.max(1, Math.round(slot * share) - 1), ground - top)
    }
    return { stroke: null, fill: path, flags: 0 }
  }
}
