import { Popover, Text, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { readable } from '../format.ts'
import classes from './Why.module.css'

/** Beside a status or a price: the server's own sentence about how it came to be. */
export function Why({ of, sentence }: { of: string; sentence: string | null | undefined }) {
  const { t } = useTranslation()
  if (!sentence) return null
  return (
    <Popover position="bottom-start" width={320} withArrow>
      <Popover.Target>
        <UnstyledButton className={classes.why} title={of}>
          {t('why.open')}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text>{readable(sentence)}</Text>
      </Popover.Dropdown>
    </Popover>
  )
}
