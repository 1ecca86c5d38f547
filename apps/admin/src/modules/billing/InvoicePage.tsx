import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconCash, IconDownload } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { date } from '../../format.ts'
import { apiLink } from '../../api.ts'
import { titleOf, useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { CommandDrawer } from '../../resource/CommandDrawer.tsx'
import { CommandMenu } from '../../resource/CommandMenu.tsx'
import { HistoryTimeline } from '../../resource/HistoryTimeline.tsx'
import { RelatedLists } from '../../resource/RelatedLists.tsx'
import { useRow } from '../../resource/useRow.ts'
import { LinkButton, TextLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { PageColumns } from '../../ui/PageColumns.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'
import { Facts, Section } from '../../ui/Section.tsx'
import { StatusChip } from '../../ui/StatusChip.tsx'
import { AsIssued } from '../privacy/AsIssued.tsx'
import { InvoiceLines } from './InvoiceLines.tsx'

export function InvoicePage() {
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  const noun = useNoun('invoice')
  return noun?.can.get ? <Invoice key={id} noun={noun} id={id} /> : <MissingScreen />
}

function Invoice({ noun, id }: { noun: Noun; id: string }) {
  const { t } = useTranslation()
  const row = useRow(noun, id)
  const payments = useNoun('payment')
  const [, setQuery] = useQueryState()
  const phone = useMediaQuery('(max-width: 48em)')
  const { currency } = row
  const customer_id = String(row['customer_id'])
  const customer = row._refs?.[customer_id]
  const due = String(row['due_total'] ?? '0')
  const pdf = apiLink(`/invoices/${id}/pdf`)
  return (
    <>
      <PageHeader
        title={t('invoice.title', { number: titleOf(noun, row) })}
        back={{ href: paths.list(noun), label: noun.label_plural }}
        number={customer && <TextLink href={paths.customer(customer_id)}>{customer.title}</TextLink>}
        chips={
          <StatusChip value={row['status']} field={noun.fields.find((field) => field.name === 'status')} />
        }
        actions={
          <>
            {payments?.can.create && Number(due) > 0 && row['status'] !== 'void' && (
              <LinkButton
                href={paths.newPayment({ customer_id, amount: due })}
                leftSection={<IconCash size={15} />}
              >
                {t('customer.takePayment')}
              </LinkButton>
            )}
            <Button
              component="a"
              href={pdf}
              download={`${titleOf(noun, row)}.pdf`}
              variant="default"
              leftSection={<IconDownload size={15} />}
            >
              {t('invoice.download')}
            </Button>
            <AsIssued document={row} plural="invoices" />
            <CommandMenu
              noun={noun}
              row={row}
              first={[]}
              onCommand={(verb) => setQuery({ do: verb }, true)}
            />
          </>
        }
      />
      <PageColumns aside={<HistoryTimeline noun={noun} row={row} />}>
        <Section title={t('invoice.summary')}>
          <Facts
            facts={[
              {
                label: t('invoice.total'),
                value: (
                  <strong>
                    <Money amount={row['total']} currency={currency} />
                  </strong>
                ),
              },
              { label: t('invoice.due'), value: <Money amount={due} currency={currency} /> },
              { label: t('invoice.paid'), value: <Money amount={row['paid_total']} currency={currency} /> },
              { label: t('invoice.tax'), value: <Money amount={row['tax_total']} currency={currency} /> },
              { label: t('invoice.date'), value: date(String(row['date'] ?? '')) },
              { label: t('invoice.dueDate'), value: date(String(row['due_date'] ?? '')) },
              {
                label: t('invoice.period'),
                value: row['period_from']
                  ? `${date(String(row['period_from']))} – ${date(String(row['period_to'] ?? ''))}`
                  : null,
              },
            ]}
          />
        </Section>
        <InvoiceLines id={id} currency={currency} total={row['total']} />
        {!phone && (
          <Section title={t('invoice.document')} padded={false}>
            <object
              data={`${pdf}#toolbar=0&view=FitH`}
              type="application/pdf"
              aria-label={t('invoice.document')}
              style={{ display: 'block', width: '100%', height: 'min(80dvh, 900px)' }}
            >
              <p style={{ padding: 16 }}>
                {t('invoice.noPreview')} <a href={pdf}>{t('invoice.download')}</a>
              </p>
            </object>
          </Section>
        )}
        <RelatedLists noun={noun} id={id} without={['invoice_line']} />
      </PageColumns>
      <CommandDrawer noun={noun} row={row} />
    </>
  )
}
