import { Badge, Group, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, type Page, type Row } from '../../api.ts'
import { count, humanise } from '../../format.ts'
import { useMeta, useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { Empty } from '../../ui/Empty.tsx'
import { LinkButton, TextLink } from '../../ui/Link.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { Section } from '../../ui/Section.tsx'
import { customKinds } from './customField.ts'
import classes from './CustomFields.module.css'

/** The fields that an ISP added, by the noun they stand on, and how far their indexing is. */
export function CustomFieldsPage() {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const noun = useNoun('custom_field')
  const { data } = useQuery({
    queryKey: ['list', '/api/v1/custom_fields', 'all'],
    queryFn: () => api.get<Page<Row>>('/custom_fields', { query: { limit: 500, sort: 'position' } }),
    refetchInterval: ({ state }) =>
      state.data?.data.some((row) => row['index_status'] === 'indexing') ? 1000 : false,
  })
  if (!noun) return <MissingScreen />
  const byNoun = Map.groupBy(data?.data ?? [], (row) => String(row['noun']))
  return (
    <>
      <PageHeader
        title={t('customField.title')}
        actions={
          noun.can.create && (
            <LinkButton href={paths.create(noun)} leftSection={<IconPlus size={15} />}>
              {t('customField.new')}
            </LinkButton>
          )
        }
      />
      {data?.data.length === 0 && (
        <Empty title={t('customField.none')} detail={t('customField.noneHelp')}>
          {noun.can.create && <LinkButton href={paths.create(noun)}>{t('customField.new')}</LinkButton>}
        </Empty>
      )}
      <div className={classes.sections}>
        {[...byNoun].map(([name, rows]) => (
          <Section
            key={name}
            padded={false}
            title={nouns.find((one) => one.name === name)?.label_plural ?? name}
            aside={
              noun.can.create && (
                <TextLink href={paths.create(noun, { noun: name })}>{t('customField.new')}</TextLink>
              )
            }
          >
            <Fields noun={noun} rows={rows} />
          </Section>
        ))}
      </div>
    </>
  )
}

const uses = ['required', 'unique', 'filterable', 'sortable', 'searchable'] as const

function Fields({ noun, rows }: { noun: Noun; rows: Row[] }) {
  const { t } = useTranslation()
  return (
    <div className={classes.scroll} tabIndex={0}>
      <Table horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('customField.field')}</Table.Th>
            <Table.Th>{t('customField.kindColumn')}</Table.Th>
            <Table.Th>{t('customField.useColumn')}</Table.Th>
            <Table.Th>{t('customField.status')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>
                <TextLink href={paths.row(noun, row.id)}>
                  {String(row['label'] ?? humanise(String(row['name'])))}
                </TextLink>
                <Text fz={12} c="dimmed">
                  custom.{String(row['name'])}
                </Text>
              </Table.Td>
              <Table.Td>
                <KindLabel row={row} />
              </Table.Td>
              <Table.Td>
                <Group gap={4}>
                  {uses
                    .filter((use) => row[use] === true)
                    .map((use) => (
                      <Badge key={use} variant="default" size="sm" tt="none" fw={500}>
                        {t(`customField.uses.${use}`)}
                      </Badge>
                    ))}
                </Group>
              </Table.Td>
              <Table.Td>
                <IndexStatus row={row} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function KindLabel({ row }: { row: Row }) {
  const { t } = useTranslation()
  const kind = customKinds.find((one) => one === row['kind'])
  return kind ? t(`kind.${kind}`) : String(row['kind'])
}

/** Whether lists can be asked by it yet, and what came of it. */
export function IndexStatus({ row }: { row: Row }) {
  const { t } = useTranslation()
  const status = row['index_status']
  const note = row['index_note']
  return (
    <>
      {status === 'indexing'
        ? t('customField.indexing', {
            done: count(Number(row['index_done'])),
            total: count(Number(row['index_total'] ?? 0)),
          })
        : status === 'ready'
          ? t('customField.ready')
          : t('customField.notIndexed')}
      {typeof note === 'string' && (
        <Text fz={13} c="var(--isp-bad)">
          {note}
        </Text>
      )}
    </>
  )
}
