import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { count, date } from '../../format.ts'
import { Money } from '../../ui/Money.tsx'
import type { Churn } from './churn.ts'

/** Customers and, for whoever may see it, monthly recurring revenue, from each period's start to its end; the latest on top. */
export function ChurnTable({ churn }: { churn: Churn }) {
  const { t } = useTranslation()
  const money = churn.data.some((period) => period.mrr !== null)
  const numbers = ['customers_start', 'activated', 'returned', 'disabled', 'customers_end'] as const
  return (
    <Table.ScrollContainer minWidth={680} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={t('churn.periods')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('churn.period')}</Table.Th>
            {numbers.map((name) => (
              <Table.Th key={name} ta="right">
                {t(`churn.column.${name}`)}
              </Table.Th>
            ))}
            <Table.Th ta="right">{t('churn.column.rate')}</Table.Th>
            {money && (
              <>
                <Table.Th ta="right">{t('churn.column.mrr_new')}</Table.Th>
                <Table.Th ta="right">{t('churn.column.mrr_lost')}</Table.Th>
                <Table.Th ta="right">{t('churn.column.mrr_end')}</Table.Th>
              </>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {churn.data.toReversed().map((period) => (
            <Table.Tr key={period.from}>
              <Table.Th scope="row" fw={400}>
                {date(period.from)} – {date(period.to)}
              </Table.Th>
              {numbers.map((name) => (
                <Table.Td key={name} ta="right">
                  {count(period[name])}
                </Table.Td>
              ))}
              <Table.Td ta="right">{period.churn_rate === null ? '–' : `${period.churn_rate} %`}</Table.Td>
              {money && (
                <>
                  {(['new', 'lost', 'end'] as const).map((name) => (
                    <Table.Td key={name} ta="right">
                      <Money amount={period.mrr?.[name]} currency={churn.currency} />
                    </Table.Td>
                  ))}
                </>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
