import { Button, Group } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey } from '../../api.ts'
import { count } from '../../format.ts'
import { refreshEverything } from '../../query-client.ts'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { isMoving, type Columns, type ImportRow, type Mapping as Mapped } from './import.ts'
import { Mapping } from './Mapping.tsx'

/** The mapping, and what follows from it: validate again after a change, import when it is right. */
export function RunImport({ row }: { row: ImportRow }) {
  const { t } = useTranslation()
  const { data, error } = useQuery({
    queryKey: ['import_columns', row.id],
    queryFn: () => api.get<Columns>(`/imports/${row.id}/columns`),
    staleTime: Infinity,
  })
  const [changed, setChanged] = useState<Mapped | null>(null)
  const mapping = changed ?? row.mapping
  const act = useMutation({
    mutationFn: (verb: 'validate' | 'run') =>
      api.post(`/imports/${row.id}/${verb}`, { mapping }, { idempotency_key: newIdempotencyKey() }),
    onSuccess: async () => {
      setChanged(null)
      await refreshEverything()
    },
  })
  const busy = isMoving(row) || act.isPending
  const ready = changed === null && row.status === 'done'
  return (
    <Section
      title={t('import.mapping')}
      padded={false}
      aside={
        <Group gap="xs">
          <Button
            variant={ready ? 'default' : 'filled'}
            onClick={() => act.mutate('validate')}
            loading={act.isPending && act.variables === 'validate'}
            disabled={busy}
          >
            {t('import.validate')}
          </Button>
          <Button
            variant={ready ? 'filled' : 'default'}
            onClick={() => act.mutate('run')}
            loading={act.isPending && act.variables === 'run'}
            disabled={busy || !ready || row.ok === 0}
          >
            {row.status === 'done' ? t('import.run', { total: count(row.ok) }) : t('import.runNow')}
          </Button>
        </Group>
      }
    >
      <ErrorNotice error={error ?? act.error} />
      {data && <Mapping columns={data} mapping={mapping} onChange={setChanged} />}
    </Section>
  )
}
