import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { date } from '../../format.ts'
import { isRecord, useNoun, type Noun } from '../../meta.ts'
import { ChangeList } from '../../resource/ChangeList.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { Chip } from '../../ui/StatusChip.tsx'
import { Timeline, type TimelineEntry } from '../../ui/Timeline.tsx'
import { useSmallChange } from '../notes/attached.ts'

type Version = {
  id: string
  number: number | null
  status: 'planned' | 'in_force' | 'withdrawn'
  effective_new: string
  existing: 'never' | 'next_period' | 'date'
  effective_existing: string | null
  reason: string | null
  actor: unknown
  created_at: string
  differences: { field: string; label: string; before: unknown; after: unknown }[]
}

/** Every version of a tariff with what it changed of the one before; a planned one can be taken back. */
export function TariffVersions({ noun, id }: { noun: Noun; id: string }) {
  const { t } = useTranslation()
  const change = useSmallChange()
  const able = useNoun('tariff_version')?.commands.some((command) => command.verb === 'withdraw')
  const { data, error } = useQuery({
    queryKey: ['tariff_versions', id],
    queryFn: () => api.get<{ data: Version[] }>(`/tariffs/${id}/versions`),
    meta: { live: ['tariff', 'tariff_version'] },
  })
  const entries = data?.data.map((version): TimelineEntry => {
    const name = isRecord(version.actor) ? version.actor['name'] : null
    return {
      id: version.id,
      at: version.created_at,
      title:
        version.number === null
          ? t('version.from', { date: date(version.effective_new) })
          : t('version.number', { number: version.number, date: date(version.effective_new) }),
      actor: { kind: 'user', name: typeof name === 'string' ? name : null },
      reason: version.reason,
      detail: (
        <>
          {version.status !== 'in_force' && (
            <Chip tone={version.status === 'planned' ? 'info' : 'idle'}>
              {t(`version.${version.status}`)}
            </Chip>
          )}
          <ChangeList
            noun={noun}
            changes={Object.fromEntries(
              version.differences.map(({ field, before, after }) => [field, [before, after]]),
            )}
          />
          {version.existing !== 'never' && (
            <div>
              {version.effective_existing
                ? t('version.existingFrom', { date: date(version.effective_existing) })
                : t('version.existingNext')}
            </div>
          )}
          {version.status === 'planned' && able && (
            <Button
              variant="subtle"
              size="compact-sm"
              onClick={() => change.mutate(() => api.post(`/tariff_versions/${version.id}/withdraw`, {}))}
            >
              {t('changesOf.cancel')}
            </Button>
          )}
        </>
      ),
    }
  })
  return (
    <Section title={t('version.title')}>
      <ErrorNotice error={error} />
      {!entries && !error && <Skeleton h={80} />}
      {entries && entries.length === 0 && <Empty small title={t('history.none')} />}
      {entries && <Timeline entries={entries} />}
    </Section>
  )
}
