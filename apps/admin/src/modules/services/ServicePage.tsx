import { Drawer } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { titleOf, useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { CommandDrawer } from '../../resource/CommandDrawer.tsx'
import { CommandMenu } from '../../resource/CommandMenu.tsx'
import { FieldGroups } from '../../resource/FieldGroups.tsx'
import { HistoryTimeline } from '../../resource/HistoryTimeline.tsx'
import { RelatedList } from '../../resource/RelatedList.tsx'
import { RelatedLists } from '../../resource/RelatedLists.tsx'
import { useRow } from '../../resource/useRow.ts'
import { TextLink } from '../../ui/Link.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen, WaitingPart } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'
import { Section } from '../../ui/Section.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { RecentMoves } from '../customers/RecentMoves.tsx'
import { ServiceChanges } from './ServiceChanges.tsx'
import { ServiceExplanation } from './ServiceExplanation.tsx'
import { ServiceFacts } from './ServiceFacts.tsx'

const PlanChange = lazy(async () => ({ default: (await import('./PlanChange.tsx')).PlanChange }))

export function ServicePage() {
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  const noun = useNoun('service')
  return noun?.can.get ? <Service key={id} noun={noun} id={id} /> : <MissingScreen />
}

/** What is mostly wanted of a service in this state. */
const likely: Record<string, string> = { pending: 'activate', stopped: 'resume' }

function Service({ noun, id }: { noun: Noun; id: string }) {
  const { t } = useTranslation()
  const row = useRow(noun, id)
  const sessions = useNoun('session')
  const [query, setQuery] = useQueryState()
  const change = noun.commands.find((command) => command.verb === 'change_tariff')
  const customer_id = String(row['customer_id'])
  const customer = row._refs?.[customer_id]
  const tariff = row._refs?.[String(row['tariff_id'])]
  return (
    <>
      <PageHeader
        title={row['description'] ? titleOf(noun, row) : (tariff?.title ?? titleOf(noun, row))}
        back={{ href: paths.list(noun), label: noun.label_plural }}
        number={customer && <TextLink href={paths.customer(customer_id)}>{customer.title}</TextLink>}
        chips={
          <StatusChip value={row['status']} field={noun.fields.find((field) => field.name === 'status')} />
        }
        actions={
          <CommandMenu
            noun={noun}
            row={row}
            first={[likely[String(row['status'])] ?? 'change_tariff']}
            onCommand={(verb) => setQuery({ do: verb }, true)}
          />
        }
      />
      <PageColumns aside={<HistoryTimeline noun={noun} row={row} />}>
        <ServiceFacts row={row} />
        <RecentMoves by="service" id={id} />
        <Section title={t('explain.title')}>
          <ServiceExplanation id={id} />
        </Section>
        <ServiceChanges
          service={noun}
          id={id}
          onCancel={(change_id) => setQuery({ do: 'cancel_change', change_id }, true)}
        />
        <FieldGroups noun={noun} row={row} />
        {sessions?.can.list && (
          <RelatedList noun={sessions} by="service_id" id={id} title={sessions.label_plural} />
        )}
        <RelatedLists
          noun={noun}
          id={id}
          without={['session', 'usage_day', 'invoice_line', 'service_change']}
        />
      </PageColumns>
      <CommandDrawer noun={noun} row={row} without={['change_tariff']} />
      <Drawer
        size={640}
        opened={change !== undefined && query['do'] === 'change_tariff'}
        onClose={() => setQuery({ do: undefined })}
        title={t('plan.title')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <Suspense fallback={<WaitingPart />}>
          {change && query['do'] === 'change_tariff' && (
            <PlanChange service={row} command={change} onDone={() => setQuery({ do: undefined })} />
          )}
        </Suspense>
      </Drawer>
    </>
  )
}
