import { Group, Stack, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { apiLink } from '../../api.ts'
import { count } from '../../format.ts'
import { Notice } from '../../ui/Notice.tsx'
import { ProgressMeter } from '../../ui/ProgressMeter.tsx'
import { Section } from '../../ui/Section.tsx'
import { firstFailures, isMoving, type ImportRow } from './import.ts'

/** How far it is; then how many rows are good, and of the others, which and why. */
export function ImportResult({ row }: { row: ImportRow }) {
  const { t } = useTranslation()
  const moving = isMoving(row)
  const numbers = {
    ok: count(row.ok),
    failed: count(row.failed),
    skipped: count(row.skipped),
    total: count(row.total ?? row.done),
  }
  const result = apiLink(`/imports/${row.id}/result`)
  return (
    <Section title={row.mode === 'validate' ? t('import.validated') : t('import.outcome')}>
      <Stack>
        {row.problem && <Notice tone="bad">{row.problem}</Notice>}
        {moving && (
          <ProgressMeter done={row.done} total={row.total ?? 0} running label={t('bulk.progress')} />
        )}
        {row.status === 'done' && (
          <Notice tone={row.failed > 0 ? 'warn' : 'info'}>
            {t(row.mode === 'validate' ? 'import.counts' : 'import.imported', numbers)}
          </Notice>
        )}
        {!moving && row.failed > 0 && <Failures id={row.id} version={row.version ?? 0} />}
        {row.status === 'done' && (
          <Group>
            <a href={result} download>
              {t('import.result')}
            </a>
            {row.failed > 0 && (
              <a href={apiLink(`/imports/${row.id}/result`, { only: 'failed' })} download>
                {t('import.failedOnly')}
              </a>
            )}
          </Group>
        )}
      </Stack>
    </Section>
  )
}

function Failures({ id, version }: { id: string; version: number }) {
  const { t } = useTranslation()
  const { data } = useQuery({ queryKey: ['failures', id, version], queryFn: () => firstFailures(id) })
  if (!data) return null
  const why = data.columns.indexOf('error')
  return (
    <Table.ScrollContainer minWidth={320} mah={360} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={t('import.failures')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('import.row')}</Table.Th>
            <Table.Th>{t('import.why')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.rows.map((cells, index) => (
            <Table.Tr key={index}>
              <Table.Td c="dimmed">{cells.slice(0, 3).filter(Boolean).join(', ')}</Table.Td>
              <Table.Td>{cells[why]}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
