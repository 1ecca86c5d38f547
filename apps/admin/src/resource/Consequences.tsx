import { Skeleton, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, Problem, sentenceOf, type DryRun } from '../api.ts'
import { humanise } from '../format.ts'
import { useMeta } from '../meta.ts'
import { Notice } from '../ui/Notice.tsx'
import { Section } from '../ui/Section.tsx'
import { ChangeList } from './ChangeList.tsx'

export type Rehearsal = {
  method: 'POST' | 'PATCH'
  path: string
  body: Record<string, unknown>
  version?: number | undefined
  /** What must be there before it makes sense to ask. */
  ready: boolean
  /** The row that the form itself is about, or the noun of which it makes one: what was just typed is no news. */
  own?: string
}

/** What would happen, live: the command runs whole on the server and is rolled back. */
export function useRehearsal({ method, path, body, version, ready }: Rehearsal) {
  const [settled] = useDebouncedValue(JSON.stringify(body), 350)
  return useQuery({
    queryKey: ['dry_run', method, path, settled],
    queryFn: ({ signal }) => {
      const asked = { ...JSON.parse(settled), dry_run: true }
      const options = { signal, idempotency_key: newIdempotencyKey() }
      return method === 'PATCH'
        ? api.patch<DryRun>(path, asked, { signal, ...(version === undefined ? {} : { version }) })
        : api.post<DryRun>(path, asked, options)
    },
    // While the person types, what was settled before is not what they ask.
    enabled: ready && settled === JSON.stringify(body),
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  })
}

export function Consequences(props: Rehearsal) {
  const { t } = useTranslation()
  const rehearsal = useRehearsal(props)
  return (
    <Section title={t('consequences.title')}>
      <div aria-live="polite" aria-busy={rehearsal.isFetching}>
        <Content {...props} rehearsal={rehearsal} />
      </div>
    </Section>
  )
}

function Content({ ready, own, rehearsal }: Rehearsal & { rehearsal: ReturnType<typeof useRehearsal> }) {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const { data, error } = rehearsal
  if (!ready) return <Text c="dimmed">{t('consequences.fill')}</Text>
  if (error) {
    const unfinished = error instanceof Problem && error.errors.length > 0
    return unfinished ? (
      <Text c="dimmed">{t('consequences.fill')}</Text>
    ) : (
      <Notice tone="warn">{sentenceOf(error)}</Notice>
    )
  }
  if (!data)
    return (
      <Stack gap={8}>
        <Skeleton h={12} w="70%" />
        <Skeleton h={12} w="50%" />
      </Stack>
    )
  const changes = data.changes ?? []
  const shown = changes.filter((change) => !isOwn(change, own))
  const events = [...new Set((data.events ?? []).map((event) => event.type))]
  const jobs = data.jobs ?? []
  if (shown.length === 0 && events.length === 0) return <Text c="dimmed">{t('consequences.nothing')}</Text>
  return (
    <Stack gap="sm">
      {shown.slice(0, 12).map((change, index) => {
        const noun = nouns.find((one) => one.name === change.noun)
        return (
          <div key={index}>
            <Text fw={550}>
              {t('consequences.change', {
                action: humanise(change.action).toLowerCase(),
                noun: noun?.label ?? humanise(change.noun),
              })}
            </Text>
            <ChangeList noun={noun} changes={change.changes} />
          </div>
        )
      })}
      {shown.length > 12 && <Text c="dimmed">{t('consequences.more', { count: shown.length - 12 })}</Text>}
      {events.length > 0 && (
        <Text c="dimmed" fz={13}>
          {t('consequences.events', {
            events: events.map((type) => humanise(type).toLowerCase()).join(', '),
          })}
        </Text>
      )}
      {jobs.length > 0 && (
        <Text c="dimmed" fz={13}>
          {t('consequences.jobs', { count: jobs.length })}
        </Text>
      )}
    </Stack>
  )
}

/** The change of the form's own row, or the making of one: every field of it was nothing before. */
function isOwn(change: DryRun['changes'][number], own: string | undefined): boolean {
  if (change.row_id === own) return change.action === 'updated'
  return change.noun === own && Object.values(change.changes).every(([before]) => before === null)
}
