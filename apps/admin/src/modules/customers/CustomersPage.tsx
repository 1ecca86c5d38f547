import { IconBolt } from '@tabler/icons-react'
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
  if (!noun?.can.list) return <MissingScreen />
  return (
    <NounList
      noun={noun}
      withoutCommands={['connect']}
      actions={
        noun.commands.some((command) => command.verb === 'connect') && (
          <LinkButton href={paths.connect()} variant="default" leftSection={<IconBolt size={15} />}>
            {t('connect.title')}
          </LinkButton>
        )
      }
    />
  )
}
