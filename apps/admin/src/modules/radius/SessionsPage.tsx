import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNoun } from '../../meta.ts'
import { NounList } from '../../resource/NounList.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'

/** Who is online now, live; it starts with those who are. */
export function SessionsPage() {
  const { t } = useTranslation()
  const noun = useNoun('session')
  const [query, setQuery] = useQueryState()
  const [live, setLive] = useState(true)
  useEffect(() => {
    if (Object.keys(query).length === 0) setQuery({ status: 'online' })
    // Only on arrival: who then takes the filter away wants to see all.
  }, [])
  if (!noun?.can.list) return <MissingScreen />
  return (
    <NounList
      noun={noun}
      still={!live}
      actions={
        <Button
          variant="default"
          leftSection={live ? <IconPlayerPause size={15} /> : <IconPlayerPlay size={15} />}
          onClick={() => setLive(!live)}
        >
          {live ? t('sessions.pause') : t('sessions.resume')}
        </Button>
      }
    />
  )
}
