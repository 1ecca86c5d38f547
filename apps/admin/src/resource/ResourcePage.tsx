import { useParams } from '@tanstack/react-router'
import { titleOf, type Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { PageColumns } from '../ui/PageColumns.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { MissingScreen } from '../ui/Screens.tsx'
import { StatusChip } from '../ui/StatusChip.tsx'
import { BulkProgress } from './BulkOutcome.tsx'
import { CommandDrawer } from './CommandDrawer.tsx'
import { CommandMenu } from './CommandMenu.tsx'
import { FieldGroups } from './FieldGroups.tsx'
import { HistoryTimeline } from './HistoryTimeline.tsx'
import { PdfButton } from './PdfButton.tsx'
import { RelatedLists } from './RelatedLists.tsx'
import { useNounOfAddress } from './useNounOfAddress.ts'
import { useRow } from './useRow.ts'
import { Section } from '../ui/Section.tsx'
import { useQueryState } from '../ui/search.ts'

/** The page of any row: what it is, its fields, what refers to it, and everything that happened to it. */
export function ResourcePage() {
  const noun = useNounOfAddress()
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  return noun?.can.get ? <RowPage key={id} noun={noun} id={id} /> : <MissingScreen />
}

function RowPage({ noun, id }: { noun: Noun; id: string }) {
  const row = useRow(noun, id)
  const [, setQuery] = useQueryState()
  const number = row['number']
  return (
    <>
      <PageHeader
        title={titleOf(noun, row)}
        back={{ href: paths.list(noun), label: noun.label_plural }}
        number={typeof number === 'string' && noun.title_field !== 'number' ? number : undefined}
        chips={
          <StatusChip value={row['status']} field={noun.fields.find((field) => field.name === 'status')} />
        }
        actions={
          <>
            <PdfButton noun={noun} row={row} />
            <CommandMenu noun={noun} row={row} onCommand={(verb) => setQuery({ do: verb }, true)} />
          </>
        }
      />
      <PageColumns aside={<HistoryTimeline noun={noun} row={row} />}>
        {noun.name === 'bulk_job' && (
          <Section title={titleOf(noun, row)}>
            <BulkProgress id={id} />
          </Section>
        )}
        <FieldGroups noun={noun} row={row} />
        <RelatedLists noun={noun} id={id} />
      </PageColumns>
      <CommandDrawer noun={noun} row={row} />
    </>
  )
}
