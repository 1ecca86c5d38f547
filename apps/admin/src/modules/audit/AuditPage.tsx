import { Drawer, Group, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Row } from '../../api.ts'
import { humanise } from '../../format.ts'
import { isRecord, useMeta, useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { ChangeList } from '../../resource/ChangeList.tsx'
import type { ExtraColumns } from '../../resource/gridColumns.tsx'
import { NounList } from '../../resource/NounList.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { LinkButton, TextLink } from '../../ui/Link.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'
import { Facts, Section } from '../../ui/Section.tsx'
import { When } from '../../ui/When.tsx'
import { AuditFilters } from './AuditFilters.tsx'

const columns: ExtraColumns = {
  action: (row) => humanise(String(row['action'])),
  noun: (row) => <NounLabel name={row['noun']} />,
  changes: (row) => (isRecord(row['changes']) ? Object.keys(row['changes']).map(humanise).join(', ') : null),
}

/** Everything that anybody or anything changed; a row opens what exactly. */
export function AuditPage() {
  const { t } = useTranslation()
  const noun = useNoun('audit_event')
  const [query, setQuery] = useQueryState()
  if (!noun?.can.list) return <MissingScreen />
  const entry = query['entry']
  return (
    <>
      <NounList
        noun={noun}
        above={<AuditFilters />}
        onOpen={(id) => setQuery({ entry: id }, true)}
        extraColumns={columns}
      />
      <Drawer
        opened={entry !== undefined}
        onClose={() => setQuery({ entry: undefined })}
        title={t('audit.entry')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        {entry && <AuditEntry noun={noun} id={entry} />}
      </Drawer>
    </>
  )
}

function NounLabel({ name }: { name: unknown }) {
  const noun = useNoun(typeof name === 'string' ? name : undefined)
  return noun?.label ?? humanise(String(name ?? ''))
}

function AuditEntry({ noun, id }: { noun: Noun; id: string }) {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const { data: row, error } = useQuery({
    queryKey: ['row', noun.path, id, 'audit'],
    queryFn: () => api.get<Row>(`${noun.path}/${id}`, { query: { include: 'row_id' } }),
  })
  if (error) return <ErrorNotice error={error} />
  if (!row) return null
  const about = nouns.find((one) => one.name === row['noun'])
  const row_id = typeof row['row_id'] === 'string' ? row['row_id'] : null
  const changes = row['changes']
  return (
    <Stack>
      <Facts
        facts={[
          {
            label: t('audit.what'),
            value: `${humanise(String(row['action']))} · ${about?.label ?? humanise(String(row['noun']))}`,
          },
          { label: t('audit.when'), value: <When at={row['at'] ?? row['created_at']} /> },
          { label: t('audit.who'), value: actorOf(row) ?? t('timeline.system') },
          { label: t('audit.why'), value: row['reason'] === null ? null : String(row['reason'] ?? '') },
          {
            label: t('audit.row'),
            value:
              about?.can.get && row_id ? (
                <TextLink href={paths.row(about, row_id)}>
                  {row._refs?.[row_id]?.title ?? t('audit.open')}
                </TextLink>
              ) : (
                row_id
              ),
            wide: true,
          },
        ]}
      />
      <Follow noun={noun} row={row} />
      <Section title={t('audit.changes')}>
        {isRecord(changes) && Object.keys(changes).length > 0 ? (
          <ChangeList noun={about} changes={changes} />
        ) : (
          <Empty small title={t('audit.noChanges')} />
        )}
      </Section>
    </Stack>
  )
}

/** From one entry to all that belong to it. */
function Follow({ noun, row }: { noun: Noun; row: Row }) {
  const { t } = useTranslation()
  const causes = Array.isArray(row['cause']) ? row['cause'] : []
  const root = isRecord(causes[0]) ? causes[0]['event_id'] : undefined
  const ways = [
    { label: t('audit.sameRow'), query: { noun: row['noun'], row_id: row['row_id'] } },
    { label: t('audit.sameRequest'), query: { request_id: row['request_id'] } },
    { label: t('audit.sameCause'), query: { cause: root } },
    { label: t('audit.sameActor'), query: { actor_id: row['actor_id'] } },
  ]
  return (
    <Group gap="xs">
      {ways.flatMap(({ label, query }) => {
        const known = Object.entries(query).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        )
        return known.length < Object.keys(query).length ? (
          []
        ) : (
          <LinkButton key={label} variant="default" href={paths.list(noun, Object.fromEntries(known))}>
            {label}
          </LinkButton>
        )
      })}
    </Group>
  )
}

function actorOf(row: Row): string | null {
  const actor = row['actor']
  const name = isRecord(actor) ? actor['name'] : row['actor_name']
  return typeof name === 'string' && name !== '' ? name : null
}
