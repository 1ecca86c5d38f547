import { Group } from '@mantine/core'
import { IconBolt, IconUpload } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { NounList } from '../../resource/NounList.tsx'
import { LinkButton } from '../../ui/Link.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'

/** The list of customers; whoever sells begins a new connection here. */
export function CustomersPage() {
  const { t } = useTranslation()
  const noun = useNoun('customer')
  const imports = useNoun('import')
  if (!noun?.can.list) return <MissingScreen />
  const connect = noun.commands.some((command) => command.verb === 'connect') && (
    <LinkButton href={paths.connect()} variant="default" leftSection={<IconBolt size={15} />}>
      {t('connect.title')}
    </LinkButton>
  )
  const bring = noun.can.create && imports?.can.list && (
    <LinkButton href={paths.importFile()} variant="default" leftSection={<IconUpload size={15} />}>
      {t('import.new')}
    </LinkButton>
  )
  return (
    <NounList
      noun={noun}
      withoutCommands={['connect']}
      actions={connect}
      first={
        (connect || bring) && (
          <Group gap="xs" justify="center">
            {connect}
            {bring}
          </Group>
        )
      }
    />
  )
}
