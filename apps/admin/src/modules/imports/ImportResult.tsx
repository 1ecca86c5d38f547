import { Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { count } from '../../format.ts'
import { Notice } from '../../ui/Notice.tsx'
import { ProgressMeter } from '../../ui/ProgressMeter.tsx'
import { Section } from '../../ui/Section.tsx'
import { isMoving, type ImportRow } from './import.ts'

/** How far it is; then how many rows are good, and of the others, which and why. */
export function ImportResult({ row: first, title }: { row: ImportRow; title: string }) {
  const { t } = useTranslation()
  const { data: row } = useQuery({
    queryKey: ['import', first.id],
    queryFn: () => api.get<ImportRow>(`/imports/${first.id}`),
    initialData: first,
    refetchInterval: (query) => (isMoving(query.state.data?.status) ? 1000 : false),
  })
  const failed = row.failed ?? 0
  const moving = isMoving(row.status)
  return (
    <Section title={title}>
      <Stack>
        {moving && (
          <ProgressMeter
            done={(row.ok ?? 0) + failed}
            total={row.total ?? 0}
            running
            label={t('bulk.progress')}
          />
        )}
        {!moving && (
          <Notice tone={failed > 0 || row.status === 'failed' ? 'warn' : 'info'}>
            {t('import.counts', {
              ok: count(row.ok ?? 0),
              failed: count(failed),
              total: count(row.total ?? 0),
            })}
          </Notice>
        )}
        {row.errors && row.errors.length > 0 && (
          <Table.ScrollContainer
            minWidth={280}
            mah={360}
            scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
          >
            <Table>
              <Table.Tbody>
                {row.errors.slice(0, 100).map((error, index) => (
                  <Table.Tr key={index}>
                    <Table.Td c="dimmed">{t('import.row', { row: error.row ?? error.line })}</Table.Td>
                    <Table.Td>{error.detail ?? error.message}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        {!moving && row.result_url && (
          <Text>
            <a href={row.result_url} download>
              {t('import.result')}
            </a>
          </Text>
        )}
      </Stack>
    </Section>
  )
}
