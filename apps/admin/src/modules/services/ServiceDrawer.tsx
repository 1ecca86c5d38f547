import { Drawer, Group, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Row } from '../../api.ts'
import { titleOf, useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { CommandMenu } from '../../resource/CommandMenu.tsx'
import { LinkButton, useGo } from '../../ui/Link.tsx'
import { ServiceExplanation } from './ServiceExplanation.tsx'

/** A service over the customer's page: the reasons, and what can be done about it. */
export function ServiceDrawer({
  id,
  about,
  onClose,
}: {
  id: string | undefined
  about: string | undefined
  onClose: () => void
}) {
  const { t } = useTranslation()
  const noun = useNoun('service')
  const { data: row } = useQuery({
    queryKey: ['row', noun?.path, id, 'drawer'],
    queryFn: () => api.get<Row>(`${noun?.path}/${id}`),
    enabled: noun !== undefined && id !== undefined,
  })
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      title={noun && row ? titleOf(noun, row) : noun?.label}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {noun && id && (
        <Stack gap="lg">
          {row && <ServiceActions noun={noun} row={row} />}
          <ServiceExplanation id={id} about={about} />
        </Stack>
      )}
    </Drawer>
  )
}

function ServiceActions({ noun, row }: { noun: Noun; row: Row }) {
  const { t } = useTranslation()
  const go = useGo()
  return (
    <Group gap="xs">
      <LinkButton href={paths.service(row.id)}>{t('service.open')}</LinkButton>
      <CommandMenu
        noun={noun}
        row={row}
        onCommand={(verb) => void go(paths.row(noun, row.id, { do: verb }))}
      />
    </Group>
  )
}
