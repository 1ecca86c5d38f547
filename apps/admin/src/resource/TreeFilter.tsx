import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Noun } from '../meta.ts'
import { complete, conditionsIn, emptyTree, treeIn, type Group as Conditions } from './tree.ts'
import { askable, TreeEditor } from './TreeEditor.tsx'

/** The conditions of a list that one chip after another cannot say, in a dialog; they stand in the address as `filter`. */
export function TreeFilter({
  noun,
  text,
  onApply,
  onClose,
}: {
  noun: Noun
  text: string | undefined
  onApply: (text: string | undefined) => void
  onClose: () => void
}) {
  const { t } = useTranslation()
  const [tree, setTree] = useState<Conditions>(() => treeIn(text) ?? startingWith(noun))
  const asked = complete(tree)
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('filter.treeTitle')}
      size="xl"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onApply(conditionsIn(asked) > 0 ? JSON.stringify(asked) : undefined)
        }}
      >
        <Stack gap="md">
          <Text c="dimmed" size="sm">
            {t('filter.treeHelp')}
          </Text>
          <TreeEditor noun={noun} tree={tree} onChange={setTree} />
          <Group gap="xs">
            <Button type="submit">{t('filter.show')}</Button>
            <Button variant="default" onClick={onClose}>
              {t('form.cancel')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function startingWith(noun: Noun): Conditions {
  const [first] = askable(noun)
  return first ? { combinator: 'and', rules: [{ field: first.name, operator: 'eq', value: '' }] } : emptyTree
}
