import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { count, date, percent } from '../../format.ts'
import { useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { CommandDrawer } from '../../resource/CommandDrawer.tsx'
import { CommandMenu } from '../../resource/CommandMenu.tsx'
import { HistoryTimeline } from '../../resource/HistoryTimeline.tsx'
import { RelatedList } from '../../resource/RelatedList.tsx'
import { Money } from '../../ui/Money.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { ProgressMeter } from '../../ui/ProgressMeter.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'
import { Facts, Section } from '../../ui/Section.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { ConfirmRun } from './ConfirmRun.tsx'
import { RunPreview } from './RunPreview.tsx'
import { useBillingRun, type BillingRun } from './run.ts'

/** What this run will do, what is odd about it; then its progress; then what it did. */
export function BillingRunPage() {
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  const noun = useNoun('billing_run')
  return noun?.can.get ? <Run key={id} noun={noun} id={id} /> : <MissingScreen />
}

function Run({ noun, id }: { noun: Noun; id: string }) {
  const { t } = useTranslation()
  const run = useBillingRun(id)
  const invoices = useNoun('invoice')
  const [, setQuery] = useQueryState()
  const moving = run.status === 'previewing' || run.status === 'confirming'
  return (
    <>
      <PageHeader
        title={t('run.title', { date: date(run.date) })}
        back={{ href: paths.list(noun), label: noun.label_plural }}
        chips={<StatusChip value={run.status} field={noun.fields.find((field) => field.name === 'status')} />}
        actions={
          <>
            {run.status === 'preview' && <ConfirmRun run={run} />}
            <CommandMenu
              noun={noun}
              row={run}
              first={['withdraw']}
              without={['confirm']}
              onCommand={(verb) => setQuery({ do: verb }, true)}
            />
          </>
        }
      />
      <PageColumns aside={run.status === 'preview' ? undefined : <HistoryTimeline noun={noun} row={run} />}>
        <Section title={run.status === 'done' ? t('run.result') : t('run.size')}>
          <RunFacts run={run} />
        </Section>
        {moving && (
          <Section title={run.status === 'previewing' ? t('run.calculating') : t('run.billing')}>
            <ProgressMeter
              done={run.progress_done ?? 0}
              total={run.progress_total ?? 0}
              running
              label={t('bulk.progress')}
            />
            {t('bulk.leave')}
          </Section>
        )}
        <Problems problems={run.problems} />
        {run.status === 'preview' && <RunPreview id={id} />}
        {['done', 'withdrawn', 'failed'].includes(run.status) && invoices?.can.list && (
          <RelatedList
            noun={invoices}
            by="billing_run_id"
            id={id}
            title={invoices.label_plural}
            actions={<span />}
          />
        )}
      </PageColumns>
      <CommandDrawer noun={noun} row={run} without={['confirm']} />
    </>
  )
}

function RunFacts({ run }: { run: BillingRun }) {
  const { t } = useTranslation()
  const before = Number(run.last_total ?? 0)
  const change =
    before > 0 ? t('run.change', { change: percent((Number(run.total) - before) / before) }) : null
  return (
    <Facts
      facts={[
        {
          label: t('run.total'),
          value: (
            <strong>
              <Money amount={run.total} currency={run.currency} />
            </strong>
          ),
        },
        {
          label: t('run.lastTotal'),
          value: run.last_total && (
            <>
              <Money amount={run.last_total} currency={run.currency} />{' '}
              {change && <span style={{ color: 'var(--isp-dim)' }}>({change})</span>}
            </>
          ),
        },
        { label: t('run.invoices'), value: count(run.invoices ?? 0) },
        { label: t('run.customers'), value: count(run.customers ?? 0) },
        { label: t('run.tax'), value: <Money amount={run.tax_total} currency={run.currency} /> },
      ]}
    />
  )
}

/** A number of problems, or the problems themselves. */
function Problems({ problems }: { problems: unknown }) {
  const { t } = useTranslation()
  const sentences = Array.isArray(problems)
    ? problems.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
    : []
  const total = typeof problems === 'number' ? problems : sentences.length
  if (total === 0) return null
  return (
    <Notice tone="warn">
      {t('run.problems', { count: total })}
      {sentences.length > 0 && (
        <ul>
          {sentences.slice(0, 10).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </Notice>
  )
}
