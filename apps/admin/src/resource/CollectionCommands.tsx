import { ActionIcon, Button, Drawer, Menu } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconDots } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { WaitingPart } from '../ui/Screens.tsx'
import type { Noun } from '../meta.ts'
import { useQueryState } from '../ui/search.ts'

const CommandForm = lazy(async () => ({ default: (await import('./CommandForm.tsx')).CommandForm }))

/** Commands on the noun as a whole, beside its list. Making one is the create button's business. */
export function CollectionCommands({ noun, without = [] }: { noun: Noun; without?: string[] }) {
  const { t } = useTranslation()
  const [query, setQuery] = useQueryState()
  const commands = noun.commands.filter(
    (command) => command.on === 'collection' && command.verb !== 'create' && !without.includes(command.verb),
  )
  const open = commands.find((command) => command.verb === query['do'])
  const phone = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const close = () => setQuery({ do: undefined })
  return (
    <>
      {phone && commands.length > 0 && (
        <Menu>
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label={t('page.more')}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {commands.map((command) => (
              <Menu.Item key={command.verb} onClick={() => setQuery({ do: command.verb }, true)}>
                {command.label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {!phone &&
        commands.map((command) => (
          <Button key={command.verb} variant="default" onClick={() => setQuery({ do: command.verb }, true)}>
            {command.label}
          </Button>
        ))}
      <Drawer
        opened={open !== undefined}
        onClose={close}
        title={open?.label}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <Suspense fallback={<WaitingPart />}>
          {open && <CommandForm key={open.verb} noun={noun} command={open} onDone={close} />}
        </Suspense>
      </Drawer>
    </>
  )
}
