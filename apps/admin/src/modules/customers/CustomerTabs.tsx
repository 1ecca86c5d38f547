import { Button, Menu, ScrollArea, Tabs } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { lazy, Suspense, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { inSentence } from '../../format.ts'
import { WaitingPart } from '../../ui/Screens.tsx'
import type { Row } from '../../api.ts'
import { useNoun, type Noun } from '../../meta.ts'
import { FieldGroups } from '../../resource/FieldGroups.tsx'
import { RelatedList } from '../../resource/RelatedList.tsx'
import { useReferring } from '../../resource/RelatedLists.tsx'
import { useRow } from '../../resource/useRow.ts'
import { useQueryState } from '../../ui/search.ts'
import classes from './Customer.module.css'
import type { Overview } from './overview.ts'

const Attached = lazy(async () => ({ default: (await import('../notes/Attached.tsx')).Attached }))
const HierarchyTree = lazy(async () => ({ default: (await import('./HierarchyTree.tsx')).HierarchyTree }))
const Addresses = lazy(async () => ({ default: (await import('./Addresses.tsx')).Addresses }))
const Consents = lazy(async () => ({ default: (await import('./Consents.tsx')).Consents }))
const ContactCards = lazy(async () => ({ default: (await import('./ContactCards.tsx')).ContactCards }))
const NextInvoice = lazy(async () => ({ default: (await import('./NextInvoice.tsx')).NextInvoice }))
const StandingTab = lazy(async () => ({ default: (await import('./StandingTab.tsx')).StandingTab }))
const UsageChart = lazy(async () => ({ default: (await import('./UsageChart.tsx')).UsageChart }))

const shownElsewhere = new Set([
  'service',
  'customer',
  'audit_event',
  'event',
  'allocation',
  'invoice_line',
  'credit_note_line',
  'usage_day',
  'customer_move',
  'customer_status_change',
  'scheduled_change',
])
/** What is asked for in a call. The others are in the menu beside, and stand in the row while they are open. */
const first = ['invoices', 'next_invoice', 'payments', 'sessions', 'usage', 'contacts']

/** Lists that are more than lists. */
const handMade: Record<string, (customer: Row) => ReactNode> = {
  address: (customer) => <Addresses customer={customer} />,
  consent: (customer) => <Consents customer_id={customer.id} />,
  contact: (customer) => <ContactCards customer_id={customer.id} />,
}

/** The lists that belong to a customer, each a real one; which is open stands in the address. */
export function CustomerTabs({ noun, overview }: { noun: Noun; overview: Overview }) {
  const { t } = useTranslation()
  const [query, setQuery] = useQueryState()
  const referring = useReferring(noun).filter((one) => !shownElsewhere.has(one.noun.name))
  const session = useNoun('session')
  const invoice = useNoun('invoice')
  const { customer } = overview
  const keys = referring.map((one) => ({
    key: one.only ? one.noun.plural : `${one.noun.plural}.${one.field.name}`,
    // A customer's own customers are those below it.
    title:
      one.only && one.noun !== noun
        ? one.noun.label_plural
        : t('related.by', { what: one.noun.label_plural, field: inSentence(one.field.label) }),
    ...one,
  }))
  const own = [
    ...(invoice?.can.list ? [{ key: 'next_invoice', title: t('nextInvoice.title') }] : []),
    ...(session ? [{ key: 'usage', title: t('customer.usage') }] : []),
    { key: 'notes', title: t('note.tab') },
    { key: 'hierarchy', title: t('hierarchy.tab') },
    { key: 'standing', title: t('standing.tab') },
    { key: 'details', title: t('page.details') },
  ]
  const all = [...own, ...keys]
  const usual = first.flatMap((key) => all.find((one) => one.key === key) ?? [])
  const others = all.filter(({ key }) => !first.includes(key))
  const tab = query['tab'] ?? usual[0]?.key ?? 'details'
  const tabs = [...usual, ...others.filter(({ key }) => key === tab)]
  return (
    <Tabs
      value={tab}
      onChange={(next) => setQuery({ tab: next ?? undefined })}
      keepMounted={false}
      className={classes.tabs}
    >
      <div className={classes.tabRow}>
        <ScrollArea type="never">
          <Tabs.List style={{ flexWrap: 'nowrap', width: 'max-content', minWidth: '100%' }}>
            {tabs.map(({ key, title }) => (
              <Tabs.Tab key={key} value={key} ref={key === tab ? intoView : undefined}>
                {title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </ScrollArea>
        <Menu>
          <Menu.Target>
            <Button variant="subtle" color="gray" rightSection={<IconChevronDown size={14} />}>
              {t('customer.moreTabs')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
            {others.map(({ key, title }) => (
              <Menu.Item key={key} onClick={() => setQuery({ tab: key })}>
                {title}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
      {keys.map(({ key, title, noun: other, field }) => (
        <Tabs.Panel key={key} value={key}>
          {handMade[other.name] && field.name === 'customer_id' ? (
            <Suspense fallback={<WaitingPart />}>{handMade[other.name]?.(customer)}</Suspense>
          ) : (
            <RelatedList
              noun={other}
              by={field.name}
              id={customer.id}
              title={title}
              {...(other.name === 'payment' ? { actions: <span /> } : {})}
            />
          )}
        </Tabs.Panel>
      ))}
      <Tabs.Panel value="next_invoice">
        <Suspense fallback={<WaitingPart />}>
          <NextInvoice customer_id={customer.id} />
        </Suspense>
      </Tabs.Panel>
      <Tabs.Panel value="standing">
        <Suspense fallback={<WaitingPart />}>
          <StandingTab customer={customer} />
        </Suspense>
      </Tabs.Panel>
      <Tabs.Panel value="usage">
        <Suspense fallback={<WaitingPart />}>
          <UsageChart id={overview.customer.id} />
        </Suspense>
      </Tabs.Panel>
      <Tabs.Panel value="notes">
        <Suspense fallback={<WaitingPart />}>
          <Attached noun={noun.name} row_id={overview.customer.id} />
        </Suspense>
      </Tabs.Panel>
      <Tabs.Panel value="hierarchy">
        <Suspense fallback={<WaitingPart />}>
          <HierarchyTree id={overview.customer.id} />
        </Suspense>
      </Tabs.Panel>
      <Tabs.Panel value="details">
        <Details noun={noun} id={overview.customer.id} />
      </Tabs.Panel>
    </Tabs>
  )
}

/** The open tab is seen, also at the end of a long row of them. */
function intoView(element: HTMLElement | null) {
  element?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

function Details({ noun, id }: { noun: Noun; id: string }) {
  const row = useRow(noun, id)
  return (
    <div style={{ display: 'grid', gap: 16 }}>
      <FieldGroups noun={noun} row={row} />
    </div>
  )
}
