import { Button, Skeleton, Stack } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Row } from '../api.ts'
import { humanise } from '../format.ts'
import type { Noun } from '../meta.ts'
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
export function HistoryTimeline({ noun, row }: { noun: Noun; row: Row }) {
  const { t } = useTranslation()
  const { id } = row
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
  const done = history.data?.pages.flatMap((page) => page.data)
  const entries = done?.map((audit): TimelineEntry => ({
    id: audit.id,
    at: audit.at,
    title: humanise(audit.action),
    actor: audit.actor,
    reason: audit.reason,
    detail: audit.action === 'created' ? null : <ChangeList noun={noun} changes={audit.changes} />,
  }))
  if (entries && !history.hasNextPage && !begins(done, row))
    entries.push({ id, at: String(row['created_at']), title: t('history.created') })
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

/** Whether the history tells how the row came to be: what is written by the thousand (a bill, a session) has no entry of its own. */
function begins(history: AuditRow[] | undefined, row: Row): boolean {
  const first = history?.at(-1)
  return first !== undefined && Date.parse(first.at) - Date.parse(String(row['created_at'])) < 1000
}
