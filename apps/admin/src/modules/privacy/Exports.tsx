import { Button, Stack, Text } from '@mantine/core'
import { IconDownload, IconFileZip } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, apiLink, newIdempotencyKey, type Page, type Row } from '../../api.ts'
import { bytes, instant } from '../../format.ts'
import { useMeta } from '../../meta.ts'
import { queryClient } from '../../query-client.ts'
import { ErrorNotice, Notice } from '../../ui/Notice.tsx'
import { ProgressMeter } from '../../ui/ProgressMeter.tsx'
import { Section } from '../../ui/Section.tsx'

const path = '/personal_data_exports'
const running = (row: Row) => row['status'] === 'queued' || row['status'] === 'running'

/** Everything about a customer in one file: asked for here, watched while it is put together, fetched when it is done. */
export function Exports({ customer }: { customer: Row }) {
  const { t } = useTranslation()
  const queryKey = [path, customer.id]
  const { data, error } = useQuery({
    queryKey,
    queryFn: () =>
      api.get<Page<Row>>(path, { query: { customer_id: customer.id, 'contact_id[null]': true, limit: 5 } }),
    refetchInterval: ({ state }) => (state.data?.data.some(running) ? 1000 : false),
  })
  const ask = useMutation({
    mutationFn: () =>
      api.post(
        `/customers/${customer.id}/export_personal_data`,
        {},
        { idempotency_key: newIdempotencyKey() },
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey }),
  })
  const rows = data?.data ?? []
  return (
    <Stack>
      <Text>{t('privacy.exportNote')}</Text>
      <ErrorNotice error={ask.error ?? error} />
      <div>
        <Button
          size="sm"
          leftSection={<IconFileZip size={15} />}
          disabled={rows.some(running)}
          loading={ask.isPending}
          onClick={() => ask.mutate()}
          data-autofocus
        >
          {t('privacy.export')}
        </Button>
      </div>
      {rows.length > 0 && (
        <Section title={t('privacy.exports')}>
          <Stack aria-live="polite">
            {rows.map((row) => (
              <Export key={row.id} row={row} />
            ))}
          </Stack>
        </Section>
      )}
    </Stack>
  )
}

function Export({ row }: { row: Row }) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const dateTime = (value: unknown) => instant(String(value), tenant.time_zone)
  const asked = t('privacy.asked', { at: dateTime(row['created_at']) })
  if (running(row))
    return (
      <div>
        <Text>{asked}</Text>
        <ProgressMeter
          done={Number(row['rows_done'])}
          total={Number(row['rows_total'])}
          running={row['status'] === 'running'}
          label={t('privacy.exportTitle')}
        />
      </div>
    )
  if (row['status'] === 'failed') return <Notice tone="bad">{String(row['problem'])}</Notice>
  if (row['status'] === 'expired') return <Text c="dimmed">{`${asked} ${t('privacy.expired')}`}</Text>
  return (
    <div>
      <Text>{asked}</Text>
      <Button
        component="a"
        href={apiLink(`${path}/${row.id}/content`)}
        variant="default"
        mt={4}
        leftSection={<IconDownload size={15} />}
      >
        {t('privacy.download', { size: bytes(Number(row['size_bytes'])) })}
      </Button>
      <Text c="dimmed" fz={13} mt={4}>
        {t('privacy.until', { at: dateTime(row['expires_at']) })}
      </Text>
    </div>
  )
}
