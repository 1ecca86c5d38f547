import { Button, Skeleton, Stack } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../api.ts'
import { humanise } from '../format.ts'
import type { Noun } from '../meta.ts'
import { Empty } from '../ui/Empty.tsx'
import { ErrorNotice } from '../ui/Notice.tsx'
import { Section } from '../ui/Section.tsx'
import { Timeline, type TimelineEntry } from '../ui/Timeline.tsx'
import { ChangeList } from './ChangeList.tsx'

type AuditRow = {
  id: string
  at: string
  action: string
  actor: { kind: string; id?: string | null; name: string | null } | null
  reason: string | null
  changes: Record<string, [unknown, unknown]> | null
  cause: unknown
}

/** What was done to this row: by whom, when, why, and which fields changed. */
export function HistoryTimeline({ noun, id }: { noun: Noun; id: string }) {
  const { t } = useTranslation()
  const history = useInfiniteQuery({
    queryKey: ['history', noun.path, id],
    queryFn: ({ pageParam }) =>
      api.get<{ data: AuditRow[]; next_cursor: string | null }>(`${noun.path}/${id}/history`, {
        query: { limit: 20, cursor: pageParam },
      }),
    meta: { live: [noun.name] },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  })
  const entries = history.data?.pages
    .flatMap((page) => page.data)
    .map((row): TimelineEntry => ({
      id: row.id,
      at: row.at,
      title: humanise(row.action),
      actor: row.actor,
      reason: row.reason,
      detail: row.action === 'created' ? null : <ChangeList noun={noun} changes={row.changes} />,
    }))
  return (
    <Section title={t('history.title')}>
      <ErrorNotice error={history.error} />
      {history.isPending && (
        <Stack gap="md">
          <Skeleton h={14} w="60%" />
          <Skeleton h={14} w="75%" />
          <Skeleton h={14} w="50%" />
        </Stack>
      )}
      {entries && entries.length === 0 && <Empty small title={t('history.none')} />}
      {entries && <Timeline entries={entries} />}
      {history.hasNextPage && (
        <Button
          variant="subtle"
          mt="xs"
          onClick={() => void history.fetchNextPage()}
          loading={history.isFetchingNextPage}
        >
          {t('history.more')}
        </Button>
      )}
    </Section>
  )
}
