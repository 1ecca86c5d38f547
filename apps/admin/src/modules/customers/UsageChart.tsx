import { SegmentedControl, Skeleton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { bytes, shortDate } from '../../format.ts'
import { Chart } from '../../ui/Chart.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'

type Usage = {
  days: { day: string; input_bytes: number; output_bytes: number }[]
  month: { input_bytes: number; output_bytes: number }
}

/** Bytes a day, and the month so far. `output` is towards the customer: their download. */
export function UsageChart({ id }: { id: string }) {
  const { t } = useTranslation()
  const [days, setDays] = useState('30')
  const { data, error } = useQuery({
    queryKey: ['usage', id, days],
    queryFn: () => api.get<Usage>(`/customers/${id}/usage`, { query: { days } }),
    placeholderData: keepPreviousData,
    meta: { live: ['session'], rest_ms: 30_000 },
  })
  return (
    <Section
      title={
        data
          ? t('usage.month', { down: bytes(data.month.output_bytes), up: bytes(data.month.input_bytes) })
          : t('customer.usage')
      }
      aside={
        <SegmentedControl
          size="xs"
          value={days}
          onChange={setDays}
          aria-label={t('usage.period')}
          data={['7', '30', '90'].map((value) => ({ value, label: t('usage.days', { days: value }) }))}
        />
      }
    >
      <ErrorNotice error={error} />
      {!data && !error && <Skeleton h={232} />}
      {data && data.days.length === 0 && <Empty title={t('usage.none')} />}
      {data && data.days.length > 0 && (
        <Chart
          bars
          label={t('customer.usage')}
          x={data.days.map((_, index) => index)}
          xLabel={(index) => (data.days[index] ? shortDate(data.days[index].day) : '')}
          series={[
            {
              label: t('home.download'),
              color: '--isp-chart-1',
              values: data.days.map((one) => one.output_bytes),
              format: bytes,
            },
            {
              label: t('home.upload'),
              color: '--isp-chart-2',
              values: data.days.map((one) => one.input_bytes),
              format: bytes,
            },
          ]}
        />
      )}
    </Section>
  )
}
