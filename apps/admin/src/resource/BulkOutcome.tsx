import { Button, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from '@tanstack/react-query'
import { api, apiLink } from '../api.ts'
import { count } from '../format.ts'
import { paths } from '../paths.ts'
import { TextLink } from '../ui/Link.tsx'
import { Notice } from '../ui/Notice.tsx'
import { ProgressMeter } from '../ui/ProgressMeter.tsx'
import { StatusChip } from '../ui/StatusChip.tsx'

export type BulkAnswer =
  | {
      done: number
      failed: number
      data: { index: number; id: string; status: 'ok' | 'failed'; error?: { code: string; detail: string } }[]
    }
  | { bulk_job: { id: string } }

type BulkJob = {
  id: string
  status: string
  total: number
  done: number
  failed: number
  started_at?: string | null
}

export function BulkOutcome({ answer, onDone }: { answer: BulkAnswer; onDone: () => void }) {
  const { t } = useTranslation()
  if ('bulk_job' in answer) return <BulkProgress id={answer.bulk_job.id} onDone={onDone} />
  const failures = answer.data.filter((row) => row.status === 'failed')
  return (
    <Stack>
      <Notice tone={failures.length > 0 ? 'warn' : 'info'}>
        {t('bulk.outcome', { done: count(answer.done), failed: count(answer.failed) })}
      </Notice>
      {failures.slice(0, 20).map((row) => (
        <Text key={row.index} fz={13}>
          {row.error?.detail}
        </Text>
      ))}
      <Button size="sm" onClick={onDone}>
        {t('bulk.close')}
      </Button>
    </Stack>
  )
}

/** A large one runs on the server: it may be left alone and found again among the bulk jobs. */
export function BulkProgress({ id, onDone }: { id: string; onDone?: () => void }) {
  const { t } = useTranslation()
  const { data: job } = useQuery({
    queryKey: ['bulk_job', id],
    queryFn: () => api.get<BulkJob>(`/bulk_jobs/${id}`),
    meta: { live: ['bulk_job'], rest_ms: 1000 },
  })
  if (!job) return null
  const over = !['queued', 'running'].includes(job.status)
  return (
    <Stack>
      <StatusChip value={job.status} />
      <ProgressMeter
        done={job.done + job.failed}
        total={job.total}
        running={!over}
        label={t('bulk.progress')}
      />
      {over && <Text>{t('bulk.outcome', { done: count(job.done), failed: count(job.failed) })}</Text>}
      {over && (
        <a href={apiLink(`/bulk_jobs/${id}/result`)} download={`${id}.ndjson`}>
          {t('bulk.result')}
        </a>
      )}
      {!over && (
        <Text c="dimmed">
          {t('bulk.leave')} <TextLink href={paths.bulkJob(id)}>{t('bulk.jobPage')}</TextLink>
        </Text>
      )}
      {onDone && (
        <Button size="sm" variant={over ? 'filled' : 'default'} onClick={onDone}>
          {t('bulk.close')}
        </Button>
      )}
    </Stack>
  )
}
