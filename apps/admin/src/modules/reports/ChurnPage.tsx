import { NativeSelect, SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { count, date } from '../../format.ts'
import { useNoun } from '../../meta.ts'
import { Empty } from '../../ui/Empty.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'
import { Section } from '../../ui/Section.tsx'
import { ChurnShares } from './ChurnShares.tsx'
import { ChurnTable } from './ChurnTable.tsx'
import classes from './Churn.module.css'
import type { Churn } from './churn.ts'

const ChurnChart = lazy(async () => ({ default: (await import('./ChurnChart.tsx')).ChurnChart }))

const steps = ['week', 'month', 'quarter', 'year'] as const

/** Who came and who left: period by period, by partner, by reason. What is chosen stands in the address. */
export function ChurnPage() {
  const { t } = useTranslation()
  const log = useNoun('customer_status_change')
  const [query, setQuery] = useQueryState()
  const { from = '', to = '', by = 'month', of = 'period' } = query
  const { data, error } = useQuery({
    queryKey: ['churn', from, to, by],
    queryFn: () => api.get<Churn>('/reports/churn', { query: { from, to, by } }),
    enabled: log?.can.list === true,
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (!log?.can.list) return <MissingScreen />
  const periods = data?.data ?? []
  const sum = (name: 'activated' | 'returned' | 'disabled') =>
    periods.reduce((total, period) => total + period[name], 0)
  return (
    <>
      <PageHeader title={t('churn.title')} />
      <div className={classes.page}>
        <div className={classes.choices}>
          <NativeSelect
            size="xs"
            label={t('churn.by')}
            value={by}
            onChange={(event) => setQuery({ by: event.currentTarget.value })}
            data={steps.map((value) => ({ value, label: t(`churn.step.${value}`) }))}
          />
          {(['from', 'to'] as const).map((name) => (
            <TextInput
              key={name}
              type="date"
              size="xs"
              label={t(`churn.${name}`)}
              value={query[name] ?? ''}
              onChange={(event) => setQuery({ [name]: event.currentTarget.value || undefined })}
            />
          ))}
        </div>
        <ErrorNotice error={error} />
        {data && (
          <p className={classes.sum}>
            {t('churn.sum', {
              came: count(sum('activated') + sum('returned')),
              left: count(sum('disabled')),
              end: count(periods.at(-1)?.customers_end ?? 0),
            })}
          </p>
        )}
        <Section title={t('churn.cameAndLeft')}>
          <Suspense fallback={<Skeleton h={232} />}>
            {!data ? (
              <Skeleton h={232} />
            ) : periods.length === 0 ? (
              <Empty small title={t('churn.none')} />
            ) : (
              <ChurnChart periods={periods} by={by} />
            )}
          </Suspense>
        </Section>
        <SegmentedControl
          className={classes.split}
          aria-label={t('churn.split')}
          value={of}
          onChange={(next) => setQuery({ of: next === 'period' ? undefined : next })}
          data={(['period', 'partner', 'reason'] as const).map((value) => ({
            value,
            label: t(`churn.of.${value}`),
          }))}
        />
        {of === 'period' ? (
          <Section title={t('churn.periods')} padded={false}>
            {data && <ChurnTable churn={data} />}
          </Section>
        ) : (
          <Section
            title={
              periods.length > 0
                ? t('churn.between', {
                    from: date(periods[0]?.from ?? ''),
                    to: date(periods.at(-1)?.to ?? ''),
                  })
                : t('churn.periods')
            }
            padded={false}
          >
            <ChurnShares of={of === 'partner' ? 'partner' : 'reason'} from={from} to={to} />
          </Section>
        )}
      </div>
    </>
  )
}
