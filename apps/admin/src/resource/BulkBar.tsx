import { Button, Drawer, Menu } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { WaitingPart } from '../ui/Screens.tsx'
import { count } from '../format.ts'
import type { Command, Noun } from '../meta.ts'
import classes from './BulkBar.module.css'
import type { BulkOperation, BulkTarget } from './BulkForm.tsx'
import type { Selection } from './useSelection.ts'

const BulkForm = lazy(async () => ({ default: (await import('./BulkForm.tsx')).BulkForm }))

type Chosen = { operation: BulkOperation; target: BulkTarget; size: number }

type Props = {
  noun: Noun
  selection: Selection
  query: Record<string, string>
  total: number | undefined
  loaded: number
}

/** What can be done with the selected rows. It opens a preview; nothing happens from here. */
export function BulkBar({ noun, selection, query, total, loaded }: Props) {
  const { t } = useTranslation()
  // What was chosen, and for which rows: what it does may make them leave the list, and their number change.
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const size = selection.matching ? (total ?? loaded) : selection.ids.size
  if (size === 0 && !chosen) return null
  const commands = noun.commands.filter((command) => command.on === 'row')
  const target = selection.matching ? { filter: query } : { ids: [...selection.ids] }
  const open = (operation: BulkOperation) => setChosen({ operation, target, size })
  const choose = ({ verb, label, fields, danger }: Command) =>
    open({ verb, label, fields, danger: danger === true })
  return (
    <div className={classes.bar} role="region" aria-label={t('bulk.region')}>
      <strong>{t('bulk.selected', { count: size, total: count(size) })}</strong>
      {!selection.matching &&
        total !== undefined &&
        total > selection.ids.size &&
        selection.ids.size >= loaded && (
          <Button variant="subtle" onClick={selection.chooseMatching}>
            {t('bulk.matching', { total: count(total) })}
          </Button>
        )}
      <Menu position="top-end">
        <Menu.Target>
          <Button>{t('bulk.actions')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {commands.map((command) => (
            <Menu.Item
              key={command.verb}
              onClick={() => choose(command)}
              c={command.danger ? 'var(--isp-bad)' : undefined}
            >
              {command.label}
            </Menu.Item>
          ))}
          {noun.can.update && (
            <Menu.Item
              onClick={() => open({ verb: 'update', label: t('bulk.update'), fields: [], danger: false })}
            >
              {t('bulk.update')}
            </Menu.Item>
          )}
          {noun.can.delete && (
            <Menu.Item
              c="var(--isp-bad)"
              onClick={() => open({ verb: 'delete', label: t('bulk.delete'), fields: [], danger: true })}
            >
              {t('bulk.delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Button variant="subtle" color="gray" leftSection={<IconX size={14} />} onClick={selection.clear}>
        {t('bulk.clear')}
      </Button>
      <Drawer
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title={chosen?.operation.label}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <Suspense fallback={<WaitingPart />}>
          {chosen && (
            <BulkForm
              key={chosen.operation.verb}
              noun={noun}
              {...chosen}
              onDone={() => {
                setChosen(null)
                selection.clear()
              }}
            />
          )}
        </Suspense>
      </Drawer>
    </div>
  )
}
