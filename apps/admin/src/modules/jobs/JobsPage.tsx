import { Skeleton, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { count, humanise } from '../../format.ts'
import { whileAttended } from '../../live.ts'
import { Empty } from '../../ui/Empty.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Section } from '../../ui/Section.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { When } from '../../ui/When.tsx'
import { jobsQuery, type QueuedJob } from './jobs.ts'

/** What the server still has to do, and what it could not do. */
export function JobsPage() {
  const { t } = useTranslation()
  const { data, error } = useQuery({ ...jobsQuery, refetchInterval: whileAttended(5000) })
  const jobs = [...(data?.data ?? [])].sort(
    (a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'),
  )
  return (
    <>
      <PageHeader title={t('jobs.title')} />
      <PageColumns>
        <ErrorNotice error={error} />
        <Section title={t('jobs.waiting')} padded={false}>
          {!data && !error && <Skeleton h={160} />}
          {data && jobs.length === 0 && <Empty title={t('jobs.none')} detail={t('jobs.noneDetail')} />}
          {jobs.length > 0 && (
            <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
              <Table horizontalSpacing="md">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('jobs.task')}</Table.Th>
                    <Table.Th>{t('jobs.status')}</Table.Th>
                    <Table.Th ta="right">{t('jobs.attempts')}</Table.Th>
                    <Table.Th>{t('jobs.runAt')}</Table.Th>
                    <Table.Th>{t('jobs.error')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {jobs.map((job) => (
                    <JobRow key={job.id} job={job} />
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )}
        </Section>
      </PageColumns>
    </>
  )
}

function JobRow({ job }: { job: QueuedJob }) {
  return (
    <Table.Tr>
      <Table.Td>{humanise(job.task)}</Table.Td>
      <Table.Td>
        <StatusChip value={job.status} />
      </Table.Td>
      <Table.Td ta="right">{count(job.attempts)}</Table.Td>
      <Table.Td>
        <When at={job.run_at} />
      </Table.Td>
      <Table.Td>{job.last_error}</Table.Td>
    </Table.Tr>
  )
}
