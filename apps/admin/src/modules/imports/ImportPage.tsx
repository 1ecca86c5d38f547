import { useParams } from '@tanstack/react-router'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { humanise } from '../../format.ts'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { FieldGroups } from '../../resource/FieldGroups.tsx'
import { HistoryTimeline } from '../../resource/HistoryTimeline.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { isMoving, type ImportRow } from './import.ts'
import { ImportResult } from './ImportResult.tsx'

export function ImportPage() {
  const { t } = useTranslation()
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  const noun = useNoun('import')
  const { data: row } = useSuspenseQuery({
    queryKey: ['import', id],
    queryFn: () => api.get<ImportRow>(`/imports/${id}`),
    refetchInterval: (query) => (isMoving(query.state.data?.status) ? 1000 : false),
  })
  if (!noun) return <MissingScreen />
  return (
    <>
      <PageHeader
        title={t('import.title', { what: humanise(row.noun).toLowerCase() })}
        back={{ href: paths.list(noun), label: noun.label_plural }}
        chips={<StatusChip value={row.status} field={noun.fields.find((field) => field.name === 'status')} />}
      />
      <PageColumns aside={<HistoryTimeline noun={noun} id={id} />}>
        <ImportResult key={id} row={row} title={t('import.outcome')} />
        <FieldGroups noun={noun} row={row} without={['errors']} />
      </PageColumns>
    </>
  )
}
