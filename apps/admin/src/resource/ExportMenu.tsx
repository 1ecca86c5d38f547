import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { apiLink } from '../api.ts'
import type { Noun } from '../meta.ts'

/** A file of exactly what is seen: the same filters, the same order, the same columns. */
export function ExportMenu({
  noun,
  query,
  columns,
}: {
  noun: Noun
  query: Record<string, string>
  columns: string[]
}) {
  const { t } = useTranslation()
  const href = (format: string) =>
    apiLink(`${noun.path}/export`, { ...query, format, fields: columns.join(',') })
  return (
    <Menu>
      <Menu.Target>
        <Tooltip label={t('export.title')}>
          <ActionIcon size="lg" aria-label={t('export.title')}>
            <IconDownload size={17} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('export.what')}</Menu.Label>
        <Menu.Item component="a" href={href('csv')} download={`${noun.plural}.csv`}>
          {t('export.csv')}
        </Menu.Item>
        <Menu.Item component="a" href={href('ndjson')} download={`${noun.plural}.ndjson`}>
          {t('export.ndjson')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
