import { useTranslation } from 'react-i18next'
import { count, date, month } from '../../format.ts'
import { Chart } from '../../ui/Chart.tsx'
import type { ChurnPeriod } from './churn.ts'

/** Who came beside who left, a pair of bars a period. */
export function ChurnChart({ periods, by }: { periods: ChurnPeriod[]; by: string }) {
  const { t } = useTranslation()
  return (
    <Chart
      bars
      label={t('churn.cameAndLeft')}
      x={periods.map((_, index) => index)}
      xLabel={(index) => {
        const period = periods[index]
        if (!period) return ''
        return by === 'month' ? month(period.from.slice(0, 7)) : date(period.from)
      }}
      series={[
        {
          label: t('churn.came'),
          color: '--isp-chart-1',
          values: periods.map((period) => period.activated + period.returned),
          format: count,
        },
        {
          label: t('churn.left'),
          color: '--isp-chart-2',
          values: periods.map((period) => period.disabled),
          format: count,
        },
      ]}
    />
  )
}
