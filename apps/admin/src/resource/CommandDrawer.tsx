import { Drawer } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { WaitingPart } from '../ui/Screens.tsx'
import type { Row } from '../api.ts'
import { titleOf, type Command, type Noun } from '../meta.ts'
import { useQueryState } from '../ui/search.ts'

const CommandForm = lazy(async () => ({ default: (await import('./CommandForm.tsx')).CommandForm }))

type Props = {
  noun: Noun
  row: Row
  /** Verbs that have a form of their own. */
  without?: string[]
}

/** The command that the address opens (`?do=block`), over the page of the row it acts on. */
export function CommandDrawer({ noun, row, without = [] }: Props) {
  const { t } = useTranslation()
  const [query, setQuery] = useQueryState()
  const verb = query['do']
  const close = () => {
    const fields = command?.fields.map((field) => [field.name, undefined]) ?? []
    setQuery({ ...Object.fromEntries(fields), do: undefined })
  }
  const command =
    verb === 'delete' && noun.can.delete
      ? deletion(noun, t('page.deleteTitle', { title: titleOf(noun, row) }))
      : noun.commands.find((one) => one.verb === verb && one.on === 'row' && !without.includes(one.verb))
  return (
    <Drawer
      opened={command !== undefined}
      onClose={close}
      title={command?.label}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Suspense fallback={<WaitingPart />}>
        {command && <CommandForm key={command.verb} noun={noun} command={command} row={row} onDone={close} />}
      </Suspense>
    </Drawer>
  )
}

function deletion(noun: Noun, label: string): Command {
  return { verb: 'delete', label, on: 'row', path: `${noun.path}/{id}`, fields: [], danger: true }
}
