import { Skeleton, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Refs } from '../../api.ts'
import { date } from '../../format.ts'
import { paths } from '../../paths.ts'
import { TextLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'

type Line = {
  /** The account billed with this one that it is for; null: its own. */
  sub_account_id: string | null
  description: string
  quantity: string | number
  unit_price: string
  net: string
  tax: string
  total: string
  period_from: string | null
  period_to: string | null
}

export function InvoiceLines({ id, currency, total }: { id: string; currency: unknown; total: unknown }) {
  const { t } = useTranslation()
  const { data, error } = useQuery({
    queryKey: ['lines', id],
    queryFn: () =>
      api.get<{ data: Line[]; _refs?: Refs }>(`/invoices/${id}/lines`, {
        query: { include: 'sub_account_id' },
      }),
  })
  return (
    <Section title={t('invoice.lines')} padded={false}>
      <ErrorNotice error={error} />
      {!data && !error && <Skeleton h={80} m="md" w="auto" />}
      {data && (
        <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('invoice.description')}</Table.Th>
                <Table.Th ta="right">{t('invoice.quantity')}</Table.Th>
                <Table.Th ta="right">{t('invoice.unitPrice')}</Table.Th>
                <Table.Th ta="right">{t('invoice.tax')}</Table.Th>
                <Table.Th ta="right">{t('invoice.total')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.data.map((line, index) => (
                <Fragment key={index}>
                  {line.sub_account_id && line.sub_account_id !== data.data[index - 1]?.sub_account_id && (
                    <Table.Tr>
                      <Table.Th colSpan={5} scope="rowgroup">
                        <TextLink href={paths.customer(line.sub_account_id)} inherit>
                          {data._refs?.[line.sub_account_id]?.title ?? '–'}
                        </TextLink>
                      </Table.Th>
                    </Table.Tr>
                  )}
                  <Table.Tr>
                    <Table.Td>
                      {line.description}
                      {line.period_from && (
                        <div style={{ color: 'var(--isp-dim)', fontSize: 12 }}>
                          {date(line.period_from)} – {date(line.period_to ?? '')}
                        </div>
                      )}
                    </Table.Td>
                    <Table.Td ta="right">{line.quantity}</Table.Td>
                    <Table.Td ta="right">
                      <Money amount={line.unit_price} currency={currency} />
                    </Table.Td>
                    <Table.Td ta="right">
                      <Money amount={line.tax} currency={currency} />
                    </Table.Td>
                    <Table.Td ta="right">
                      <Money amount={line.total} currency={currency} />
                    </Table.Td>
                  </Table.Tr>
                </Fragment>
              ))}
            </Table.Tbody>
            <Table.Tfoot>
              <Table.Tr>
                <Table.Th colSpan={4}>{t('invoice.total')}</Table.Th>
                <Table.Th ta="right">
                  <Money amount={total} currency={currency} />
                </Table.Th>
              </Table.Tr>
            </Table.Tfoot>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  )
}
