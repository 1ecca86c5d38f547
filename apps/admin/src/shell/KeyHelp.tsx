import { Kbd, Modal, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const keys = ['palette', 'filter', 'down', 'up', 'select', 'open', 'edit', 'create', 'help'] as const

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('keys.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
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
