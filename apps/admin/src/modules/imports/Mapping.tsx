import { NativeSelect, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Columns, Mapping as Mapped } from './import.ts'

type Props = { columns: Columns; mapping: Mapped; onChange: (mapping: Mapped) => void }

/** Each column of the file with what stands in it, and the field it becomes; a field takes one column. */
export function Mapping({ columns, mapping, onChange }: Props) {
  const { t } = useTranslation()
  const fieldOf = (column: string) => Object.keys(mapping).find((field) => mapping[field] === column) ?? ''
  const choose = (column: string, field: string) => {
    const others = Object.entries(mapping).filter(([name, from]) => from !== column && name !== field)
    onChange(Object.fromEntries(field === '' ? others : [...others, [field, column]]))
  }
  return (
    <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('import.column')}</Table.Th>
            <Table.Th>{t('import.sample')}</Table.Th>
            <Table.Th>{t('import.field')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {columns.columns.map(({ name, samples }) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              <Table.Td
                c="dimmed"
                maw={220}
                style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
              >
                {samples.filter((sample) => sample !== '').join(', ')}
              </Table.Td>
              <Table.Td>
                <NativeSelect
                  size="xs"
                  aria-label={t('import.fieldOf', { column: name })}
                  value={fieldOf(name)}
                  onChange={(event) => choose(name, event.currentTarget.value)}
                  data={[
                    { value: '', label: t('import.skip') },
                    ...columns.fields.map((field) => ({
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
