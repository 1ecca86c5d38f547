import { Button, Skeleton, Stack } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import {
  IconCash,
  IconFileInvoice,
  IconPencil,
  IconRouter,
  IconToggleRight,
  IconWifi,
  IconWorldBolt,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { humanise } from '../../format.ts'
import { useMeta } from '../../meta.ts'
import { onCustomer } from './overview.ts'
import { paths } from '../../paths.ts'
import { Empty } from '../../ui/Empty.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { Timeline } from '../../ui/Timeline.tsx'

type Event = {
  id: string
  at: string
  kind: 'status' | 'service' | 'invoice' | 'payment' | 'session' | 'audit' | 'coa'
  title: string
  detail: string | null
  noun: string | null
  row_id: string | null
  actor: { kind: string; name: string | null } | null
  cause: { type: string; id: string }[] | null
}

const icons = {
  status: IconToggleRight,
  service: IconWifi,
  invoice: IconFileInvoice,
  payment: IconCash,
  session: IconWorldBolt,
  audit: IconPencil,
  coa: IconRouter,
}

/** Everything that happened to the customer: who or which rule, why, and a link to it. */
export function CustomerTimeline({ id }: { id: string }) {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const timeline = useInfiniteQuery({
    queryKey: ['timeline', id],
    queryFn: ({ pageParam }) =>
      api.get<{ data: Event[]; next_cursor: string | null }>(`/customers/${id}/timeline`, {
        query: { limit: 25, cursor: pageParam },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    meta: { live: onCustomer, rest_ms: 10_000 },
  })
  const events = timeline.data?.pages.flatMap((page) => page.data)
  return (
    <Section title={t('timeline.title')}>
      <ErrorNotice error={timeline.error} />
      {timeline.isPending && (
        <Stack gap="lg">
          {[60, 75, 50, 65].map((width) => (
            <Skeleton key={width} h={14} w={`${width}%`} />
          ))}
        </Stack>
      )}
      {events && events.length === 0 && <Empty small title={t('history.none')} />}
      {events && (
        <Timeline
          entries={events.map((event) => {
            const noun = nouns.find((one) => one.name === event.noun)
            const Icon = icons[event.kind] ?? IconPencil
            return {
              id: event.id,
              at: event.at,
              title: event.title,
              icon: <Icon size={13} />,
              href:
                noun?.can.get && event.row_id && event.row_id !== id
                  ? paths.row(noun, event.row_id)
                  : undefined,
              actor: event.actor,
              detail: event.detail,
              cause:
                event.cause && event.cause.length > 0
                  ? event.cause.map((one) => humanise(one.type).toLowerCase()).join(' → ')
                  : undefined,
            }
          })}
        />
      )}
      {timeline.hasNextPage && (
        <Button
          variant="subtle"
          onClick={() => void timeline.fetchNextPage()}
          loading={timeline.isFetchingNextPage}
        >
          {t('history.more')}
        </Button>
      )}
    </Section>
  )
}
