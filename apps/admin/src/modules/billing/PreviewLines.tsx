import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Money } from '../../ui/Money.tsx'
import type { PreviewRow } from './run.ts'

export function PreviewLines({ row }: { row: PreviewRow }) {
  const { t } = useTranslation()
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('invoice.description')}</Table.Th>
          <Table.Th ta="right">{t('invoice.total')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {row.lines.map((line, index) => (
          <Table.Tr key={index}>
            <Table.Td>{line.description}</Table.Td>
            <Table.Td ta="right">
              <Money amount={line['total'] ?? line['net']} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
      <Table.Tfoot>
        <Table.Tr>
          <Table.Th>{t('invoice.total')}</Table.Th>
          <Table.Th ta="right">
            <Money amount={row.total} />
          </Table.Th>
        </Table.Tr>
        <Table.Tr>
          <Table.Td>{t('run.last')}</Table.Td>
          <Table.Td ta="right">
            <Money amount={row.last_total} />
          </Table.Td>
        </Table.Tr>
      </Table.Tfoot>
    </Table>
  )
}
