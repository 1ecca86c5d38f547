import { Drawer } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { titleOf, useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { CommandDrawer } from '../../resource/CommandDrawer.tsx'
import { CommandMenu } from '../../resource/CommandMenu.tsx'
import { FieldGroups } from '../../resource/FieldGroups.tsx'
import { RelatedLists } from '../../resource/RelatedLists.tsx'
import { useRow } from '../../resource/useRow.ts'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen, WaitingPart } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { TariffVersions } from './TariffVersions.tsx'

const PriceChange = lazy(async () => ({ default: (await import('./PriceChange.tsx')).PriceChange }))

/** What is sold under this name, what it was and what it will be, and who has it. */
export function TariffPage() {
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  const noun = useNoun('tariff')
  return noun?.can.get ? <Tariff key={id} noun={noun} id={id} /> : <MissingScreen />
}

function Tariff({ noun, id }: { noun: Noun; id: string }) {
  const { t } = useTranslation()
  const row = useRow(noun, id)
  const [query, setQuery] = useQueryState()
  const close = () => setQuery({ do: undefined })
  const price = noun.commands.find((command) => command.verb === 'change_price')
  const changing = price !== undefined && query['do'] === 'change_price'
  return (
    <>
      <PageHeader
        title={titleOf(noun, row)}
        back={{ href: paths.list(noun), label: noun.label_plural }}
        chips={
          <StatusChip value={row['status']} field={noun.fields.find((field) => field.name === 'status')} />
        }
        actions={
          <CommandMenu
            noun={noun}
            row={row}
            first={['change_price']}
            onCommand={(verb) => setQuery({ do: verb }, true)}
          />
        }
      />
      <PageColumns aside={<TariffVersions noun={noun} id={id} />}>
        <FieldGroups noun={noun} row={row} />
        <RelatedLists noun={noun} id={id} without={['tariff_version', 'service_change', 'invoice_line']} />
      </PageColumns>
      <CommandDrawer noun={noun} row={row} without={['change_price']} />
      <Drawer
        size={640}
        opened={changing}
        onClose={close}
        title={price?.label}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <Suspense fallback={<WaitingPart />}>
          {price && changing && <PriceChange tariff={row} command={price} onDone={close} />}
        </Suspense>
      </Drawer>
    </>
  )
}
