import { Skeleton } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { count, money, percent } from '../../format.ts'
import { paths } from '../../paths.ts'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Section } from '../../ui/Section.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { PlainLink } from '../../ui/Link.tsx'
import type { Dashboard } from './dashboard.ts'
import classes from './HomePage.module.css'
import { MyTodos } from '../notes/MyTodos.tsx'
import { FirstSteps } from './FirstSteps.tsx'
import { Figure } from './Figure.tsx'

// The charts' library arrives after the numbers are there.
const RevenueChart = lazy(async () => ({ default: (await import('./charts.tsx')).RevenueChart }))
const TrafficChart = lazy(async () => ({ default: (await import('./charts.tsx')).TrafficChart }))

const statuses = ['active', 'new', 'blocked', 'disabled'] as const

export function HomePage() {
  const { t } = useTranslation()
  const { data, error } = useQuery({
    queryKey: ['dashboard'],
    queryFn: () => api.get<Dashboard>('/dashboard'),
    meta: { live: ['customer', 'service', 'invoice', 'payment', 'session'], rest_ms: 15_000 },
    placeholderData: keepPreviousData,
  })
  const amount = (value: string | undefined) =>
    value === undefined ? undefined : money(value, data?.currency ?? 'EUR')
  return (
    <>
      <PageHeader title={t('home.title')} />
      <div className={classes.page}>
        <ErrorNotice error={error} />
        <div className={classes.figures}>
          <Figure
            label={t('home.customers')}
            value={data && count(statuses.reduce((sum, status) => sum + data.customers_by_status[status], 0))}
            href={paths.customers()}
          >
            <span className={classes.statuses}>
              {statuses.map((status) => (
                <PlainLink key={status} href={paths.customers({ status })} className={classes.status}>
                  <StatusChip value={status} /> {data ? count(data.customers_by_status[status]) : ''}
                </PlainLink>
              ))}
            </span>
          </Figure>
          <Figure
            label={t('home.mrr')}
            value={amount(data?.mrr)}
            note={data && <Change now={data.mrr} before={data.mrr_last_month} />}
          />
          <Figure
            label={t('home.receivables')}
            value={amount(data?.receivables)}
            href={paths.invoices({ 'status[in]': 'final,partially_paid,overdue' })}
            note={t('home.unpaid')}
          />
          <Figure
            label={t('home.overdue')}
            value={amount(data?.overdue)}
            href={paths.invoices({ status: 'overdue' })}
            note={
              data &&
              t('home.overdueInvoices', { count: data.overdue_invoices, total: count(data.overdue_invoices) })
            }
          />
          <Figure
            label={t('home.online')}
            value={data && count(data.sessions_online)}
            href={paths.sessions({ status: 'online' })}
            note={t('home.now')}
          />
          <Figure
            label={t('home.newCustomers')}
            value={data && count(data.new_customers_this_month)}
            note={t('home.thisMonth')}
            href={paths.customers({ sort: '-created_at' })}
          />
        </div>
        <FirstSteps />
        <MyTodos />
        <div className={classes.charts}>
          <Section title={t('home.traffic')}>
            <Suspense fallback={<Skeleton h={232} />}>
              {data ? <TrafficChart points={data.traffic} /> : <Skeleton h={232} />}
            </Suspense>
          </Section>
          <Section title={t('home.revenue')}>
            <Suspense fallback={<Skeleton h={232} />}>
              {data ? (
                <RevenueChart months={data.revenue_by_month} currency={data.currency} />
              ) : (
                <Skeleton h={232} />
              )}
            </Suspense>
          </Section>
        </div>
      </div>
    </>
  )
}

function Change({ now, before }: { now: string; before: string }) {
  const { t } = useTranslation()
  const last = Number(before)
  if (last === 0) return t('home.noLastMonth')
  return t('home.change', { change: percent((Number(now) - last) / last) })
}
