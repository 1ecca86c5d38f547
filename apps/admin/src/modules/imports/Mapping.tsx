import { NativeSelect, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Field } from '../../meta.ts'

type Props = {
  columns: string[]
  sample: string[][]
  fields: Field[]
  mapping: Record<string, string>
  onChange: (mapping: Record<string, string>) => void
}

/** Each column of the file with what stands in it, and the field it becomes. */
export function Mapping({ columns, sample, fields, mapping, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('import.column')}</Table.Th>
            <Table.Th>{t('import.sample')}</Table.Th>
            <Table.Th>{t('import.field')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {columns.map((column, index) => (
            <Table.Tr key={column}>
              <Table.Td>{column}</Table.Td>
              <Table.Td
                c="dimmed"
                maw={160}
                style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
              >
                {sample
                  .map((row) => row[index])
                  .filter(Boolean)
                  .join(', ')}
              </Table.Td>
              <Table.Td>
                <NativeSelect
                  size="xs"
                  aria-label={t('import.fieldOf', { column })}
                  value={mapping[column] ?? ''}
                  onChange={(event) => onChange({ ...mapping, [column]: event.currentTarget.value })}
                  data={[
                    { value: '', label: t('import.skip') },
                    ...fields.map((field) => ({
                      value: field.name,
                      label: field.label + (field.required ? ' *' : ''),
                    })),
                  ]}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
