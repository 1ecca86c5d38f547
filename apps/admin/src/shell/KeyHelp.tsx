import { Kbd, Modal, Table } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { onShowKeys, showKeys } from './key-help-store.ts'

const keys = ['palette', 'filter', 'down', 'up', 'select', 'open', 'edit', 'create', 'help'] as const

export function KeyHelp() {
  const { t } = useTranslation()
  const [opened, setOpened] = useState(false)
  useEffect(() => onShowKeys(() => setOpened(true)), [])
  useHotkeys([['shift+?', showKeys], ['?', showKeys]])
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title={t('keys.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Table>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key}>
              <Table.Td w={110}>
                <Kbd>{t(`keys.${key}.key`)}</Kbd>
              </Table.Td>
              <Table.Td>{t(`keys.${key}.does`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}
