import { IconUpload } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { NounList } from '../../resource/NounList.tsx'
import { LinkButton } from '../../ui/Link.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'

export function ImportsPage() {
  const { t } = useTranslation()
  const noun = useNoun('import')
  if (!noun?.can.list) return <MissingScreen />
  const begin = (
    <LinkButton href={paths.importFile()} leftSection={<IconUpload size={15} />}>
      {t('import.new')}
    </LinkButton>
  )
  return <NounList noun={noun} actions={begin} first={begin} />
}
