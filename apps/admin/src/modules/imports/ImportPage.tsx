import { useParams } from '@tanstack/react-router'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { humanise } from '../../format.ts'
import { useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { HistoryTimeline } from '../../resource/HistoryTimeline.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { importQuery } from './import.ts'
import { ImportResult } from './ImportResult.tsx'
import { RunImport } from './RunImport.tsx'

/** A file that was sent: what it would do, which column is which, then its progress and what it did. */
export function ImportPage() {
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  const noun = useNoun('import')
  return noun?.can.get ? <Import key={id} noun={noun} id={id} /> : <MissingScreen />
}

function Import({ noun, id }: { noun: Noun; id: string }) {
  const { t } = useTranslation()
  const { data: row } = useSuspenseQuery(importQuery(id))
  const brought = row.mode === 'run' && row.status !== 'failed'
  return (
    <>
      <PageHeader
        title={t('import.title', { file: row.file_name ?? humanise(row.noun) })}
        back={{ href: paths.list(noun), label: noun.label_plural }}
        chips={<StatusChip value={row.status} field={noun.fields.find((field) => field.name === 'status')} />}
      />
      <PageColumns aside={<HistoryTimeline noun={noun} row={row} />}>
        <ImportResult row={row} />
        {!brought && <RunImport row={row} />}
      </PageColumns>
    </>
  )
}
