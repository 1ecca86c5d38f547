import { Drawer } from '@mantine/core'
import { IconCash, IconPlus } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { ActionButton } from '../../resource/ActionButton.tsx'
import { CommandDrawer } from '../../resource/CommandDrawer.tsx'
import { CommandMenu } from '../../resource/CommandMenu.tsx'
import { LinkButton, useGo } from '../../ui/Link.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen, WaitingPart } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { Why } from '../../ui/Why.tsx'
import { ServiceDrawer } from '../services/ServiceDrawer.tsx'
import { CustomerFacts } from './CustomerFacts.tsx'
import { CustomerServices } from './CustomerServices.tsx'
import { CustomerTabs } from './CustomerTabs.tsx'
import { CustomerTimeline } from './CustomerTimeline.tsx'
import { useOverview } from './overview.ts'
import { ErasedNotice, PersonalData, privacyVerbs } from '../privacy/PersonalData.tsx'
import { PinnedNotes } from '../notes/Notes.tsx'
import { RecentMoves } from './RecentMoves.tsx'
import { ControlTags, PlannedChanges } from './Standing.tsx'

const PaymentForm = lazy(async () => ({ default: (await import('../payments/PaymentForm.tsx')).PaymentForm }))

/** Who is this, paid, online, why blocked, since when, what can I press: without scrolling. */
export function CustomerPage() {
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  const noun = useNoun('customer')
  if (!noun?.can.get) return <MissingScreen />
  return <Customer key={id} id={id} noun={noun} />
}

function Customer({ id, noun }: { id: string; noun: NonNullable<ReturnType<typeof useNoun>> }) {
  const { t } = useTranslation()
  const overview = useOverview(id)
  const [query, setQuery] = useQueryState()
  const go = useGo()
  const { customer } = overview
  const status = String(customer['status'])
  const payments = useNoun('payment')
  const services = useNoun('service')
  const firstVerb = status === 'blocked' ? ['unblock'] : status === 'new' ? ['activate'] : []
  const due = overview.balance.startsWith('-') ? overview.balance.slice(1) : ''
  return (
    <>
      <PageHeader
        title={String(customer['name'])}
        back={{ href: paths.customers(), label: noun.label_plural }}
        number={String(customer['number'] ?? '')}
        chips={
          <>
            <StatusChip value={status} field={noun.fields.find((field) => field.name === 'status')} />
            <Why of={t('customer.whyStatus')} sentence={overview.why_status} />
            <ControlTags customer={customer} />
          </>
        }
        actions={
          !customer['erased_at'] && (
            <>
              <ActionButton
                variant="filled"
                leftSection={<IconCash size={15} />}
                onClick={() => setQuery({ do: 'payment' }, true)}
                reason={payments?.can.create ? undefined : t('customer.noPayments')}
              >
                {t('customer.takePayment')}
              </ActionButton>
              {services?.can.create && (
                <LinkButton
                  href={paths.newService(id)}
                  variant="default"
                  leftSection={<IconPlus size={15} />}
                >
                  {t('customer.addService')}
                </LinkButton>
              )}
              <CommandMenu
                noun={noun}
                row={customer}
                first={firstVerb}
                onCommand={(verb) =>
                  verb === 'merge' ? void go(paths.mergeCustomer(id)) : setQuery({ do: verb }, true)
                }
              />
            </>
          )
        }
      />
      <PageColumns aside={<CustomerTimeline id={id} />}>
        <ErasedNotice customer={customer} />
        <RecentMoves by="customer" id={id} />
        <PlannedChanges customer_id={id} />
        <PinnedNotes noun="customer" row_id={id} />
        <CustomerFacts overview={overview} />
        <CustomerServices overview={overview} onOpen={(service, why) => setQuery({ service, why }, true)} />
        <CustomerTabs noun={noun} overview={overview} />
      </PageColumns>
      <CommandDrawer noun={noun} row={customer} without={['merge', ...privacyVerbs]} />
      <PersonalData noun={noun} customer={customer} />
      <ServiceDrawer
        id={query['service']}
        about={query['why']}
        onClose={() => setQuery({ service: undefined, why: undefined })}
      />
      <Drawer
        opened={query['do'] === 'payment'}
        onClose={() => setQuery({ do: undefined })}
        title={t('payment.title')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <Suspense fallback={<WaitingPart />}>
          <PaymentForm
            customer_id={id}
            amount={due}
            invoices={overview.open_invoices}
            onDone={() => setQuery({ do: undefined })}
          />
        </Suspense>
      </Drawer>
    </>
  )
}
