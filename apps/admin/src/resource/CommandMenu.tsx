import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Row } from '../api.ts'
import type { Command, Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { LinkButton } from '../ui/Link.tsx'
import { ActionButton } from './ActionButton.tsx'
import { useActions, type Allowed } from './actions.ts'

type Props = {
  noun: Noun
  row: Row
  onCommand: (verb: string) => void
  /** Verbs that deserve a button; the rest are in the menu. */
  first?: string[]
  without?: string[]
}

/** The likely actions as buttons, the rest in a menu; what is not allowed now is disabled with the reason. */
export function CommandMenu({ noun, row, onCommand, first, without = [] }: Props) {
  const { t } = useTranslation()
  const { data: actions } = useActions(noun, row.id)
  const commands = noun.commands.filter((command) => command.on === 'row' && !without.includes(command.verb))
  const allowed = commands.filter((command) => actions?.[command.verb]?.allowed)
  const likely =
    first ??
    allowed
      .filter((command) => !command.danger)
      .slice(0, 1)
      .map((command) => command.verb)
  const buttons = commands.filter((command) => likely.includes(command.verb))
  const rest = commands.filter((command) => !likely.includes(command.verb))
  return (
    <>
      {buttons.map((command) => (
        <ActionButton
          key={command.verb}
          onClick={() => onCommand(command.verb)}
          reason={reasonOf(actions?.[command.verb])}
        >
          {command.label}
        </ActionButton>
      ))}
      {noun.can.update && (
        <LinkButton href={paths.edit(noun, row.id)} variant="default" leftSection={<IconPencil size={15} />}>
          {t('page.edit')}
        </LinkButton>
      )}
      {(rest.length > 0 || noun.can.delete) && (
        <Menu width={280}>
          <Menu.Target>
            {rest.length > 1 && buttons.length === 0 ? (
              <Button variant="default">{t('page.actions')}</Button>
            ) : (
              <ActionIcon variant="default" size={30} aria-label={t('page.more')}>
                <IconDots size={16} />
              </ActionIcon>
            )}
          </Menu.Target>
          <Menu.Dropdown>
            {rest.map((command) => (
              <CommandItem
                key={command.verb}
                command={command}
                state={actions?.[command.verb]}
                onClick={() => onCommand(command.verb)}
              />
            ))}
            {noun.can.delete && (
              <Menu.Item
                leftSection={<IconTrash size={15} aria-hidden />}
                c="var(--isp-bad)"
                onClick={() => onCommand('delete')}
              >
                {t('page.delete')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  )
}

function CommandItem({
  command,
  state,
  onClick,
}: {
  command: Command
  state: Allowed | undefined
  onClick: () => void
}) {
  const reason = reasonOf(state)
  return (
    <Menu.Item
      onClick={onClick}
      disabled={reason !== undefined}
      c={command.danger && reason === undefined ? 'var(--isp-bad)' : undefined}
    >
      {command.label}
      {reason && <div style={{ fontSize: 12, whiteSpace: 'normal' }}>{reason}</div>}
    </Menu.Item>
  )
}

function reasonOf(state: Allowed | undefined): string | undefined {
  return state && !state.allowed ? (state.reason ?? '') : undefined
}
