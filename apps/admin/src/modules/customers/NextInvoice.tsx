import { Button, Group, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { date, tenantToday } from '../../format.ts'
import { useMeta } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { TextLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { ErrorNotice, Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { onCustomer } from './overview.ts'

type Previewed = {
  date: string
  amount: string
  net: string
  tax: string
  currency: string
  lines: {
    description: string
    period_from: string | null
    period_to: string | null
    net: string
    tax: string
    total: string
  }[]
}
type Answer = {
  invoice: Previewed | null
  why: { sentence: string; billed_by?: { id: string; name: string } } | null
}

/** The next invoice to its last line, before anybody draws it up; or as a run on another day would. */
export function NextInvoice({ customer_id }: { customer_id: string }) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const [day, setDay] = useState('')
  const { data, error, isFetching } = useQuery({
    queryKey: ['next_invoice', customer_id, day],
    queryFn: () => api.get<Answer>(`/customers/${customer_id}/next_invoice`, { query: { date: day } }),
    meta: { live: onCustomer, rest_ms: 5000 },
    placeholderData: keepPreviousData,
    retry: false,
  })
  return (
    <Section
      title={t('nextInvoice.title')}
      aside={
        <Group gap="xs">
          <TextInput
            type="date"
            size="xs"
            aria-label={t('nextInvoice.on')}
            min={tenantToday(tenant)}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          {day && (
            <Button variant="subtle" size="compact-sm" onClick={() => setDay('')}>
              {t('nextInvoice.asPlanned')}
            </Button>
          )}
        </Group>
      }
    >
      <div aria-live="polite" aria-busy={isFetching}>
        <ErrorNotice error={error} />
        {!error && (data ? <Content {...data} /> : <Skeleton h={120} />)}
      </div>
    </Section>
  )
}

function Content({ invoice, why }: Answer) {
  const { t } = useTranslation()
  if (!invoice)
    return (
      <Notice tone="info">
        {why?.sentence ?? t('nextInvoice.nothing')}{' '}
        {why?.billed_by && (
          <TextLink href={paths.customer(why.billed_by.id, { tab: 'next_invoice' })}>
            {why.billed_by.name}
          </TextLink>
        )}
      </Notice>
    )
  const amount = (value: string) => <Money amount={value} currency={invoice.currency} />
  return (
    <Stack gap="xs">
      <Text c="dimmed">{t('nextInvoice.drawnUp', { date: date(invoice.date) })}</Text>
      {invoice.lines.length === 0 ? (
        <Text>{t('nextInvoice.nothing')}</Text>
      ) : (
        <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table aria-label={t('nextInvoice.title')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('nextInvoice.line')}</Table.Th>
                <Table.Th>{t('nextInvoice.days')}</Table.Th>
                <Table.Th ta="right">{t('nextInvoice.net')}</Table.Th>
                <Table.Th ta="right">{t('nextInvoice.tax')}</Table.Th>
                <Table.Th ta="right">{t('nextInvoice.total')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {invoice.lines.map((line, index) => (
                <Table.Tr key={index}>
                  <Table.Td>{line.description}</Table.Td>
                  <Table.Td c="dimmed">
                    {line.period_from && line.period_to
                      ? `${date(line.period_from)} – ${date(line.period_to)}`
                      : ''}
                  </Table.Td>
                  <Table.Td ta="right">{amount(line.net)}</Table.Td>
                  <Table.Td ta="right">{amount(line.tax)}</Table.Td>
                  <Table.Td ta="right">{amount(line.total)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
            <Table.Tfoot>
              <Table.Tr>
                <Table.Th colSpan={2}>{t('invoice.total')}</Table.Th>
                <Table.Th ta="right">{amount(invoice.net)}</Table.Th>
                <Table.Th ta="right">{amount(invoice.tax)}</Table.Th>
                <Table.Th ta="right">{amount(invoice.amount)}</Table.Th>
              </Table.Tr>
            </Table.Tfoot>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  )
}
