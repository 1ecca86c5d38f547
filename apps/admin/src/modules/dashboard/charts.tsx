import { useTranslation } from 'react-i18next'
import { bitsPerSecond, compactMoney, money, month } from '../../format.ts'
import { useMeta } from '../../meta.ts'
import { Chart } from '../../ui/Chart.tsx'
import { Empty } from '../../ui/Empty.tsx'
import type { Dashboard } from './dashboard.ts'

export function TrafficChart({ points }: { points: Dashboard['traffic'] }) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const clock = new Intl.DateTimeFormat(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: tenant.time_zone,
  })
  if (points.length === 0) return <Empty title={t('home.noTraffic')} detail={t('home.noTrafficYet')} />
  return (
    <Chart
      label={t('home.traffic')}
      x={points.map((point) => new Date(point.at).getTime() / 1000)}
      xLabel={(seconds) => clock.format(new Date(seconds * 1000))}
      series={[
        {
          label: t('home.download'),
          color: '--isp-chart-1',
          values: points.map((point) => point.download_bps),
          format: bitsPerSecond,
        },
        {
          label: t('home.upload'),
          color: '--isp-chart-2',
          values: points.map((point) => point.upload_bps),
          format: bitsPerSecond,
        },
      ]}
    />
  )
}

export function RevenueChart({
  months,
  currency,
}: {
  months: Dashboard['revenue_by_month']
  currency: string
}) {
  const { t } = useTranslation()
  if (months.every((one) => Number(one.invoiced) === 0 && Number(one.paid) === 0))
    return <Empty title={t('home.noRevenue')} detail={t('home.noRevenueYet')} />
  const format = (value: number) =>
    value >= 100_000 ? compactMoney(value, currency) : money(String(value), currency).replace(/[.,]00$/, '')
  return (
    <Chart
      bars
      label={t('home.revenue')}
      x={months.map((_, index) => index)}
      xLabel={(index) => (months[index] ? month(months[index].month) : '')}
      series={[
        {
          label: t('home.invoiced'),
          color: '--isp-chart-1',
          values: months.map((one) => Number(one.invoiced)),
          format,
        },
        {
          label: t('home.paid'),
          color: '--isp-chart-2',
          values: months.map((one) => Number(one.paid)),
          format,
        },
      ]}
    />
  )
}
