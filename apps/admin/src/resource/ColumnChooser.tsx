import { ActionIcon, Button, Checkbox, Group, Popover, Stack } from '@mantine/core'
import { IconChevronDown, IconChevronUp, IconColumns3 } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Noun } from '../meta.ts'
import { defaultColumns, type ColumnState } from './useColumns.ts'

/** Which columns and in which order; by mouse or keys. */
export function ColumnChooser({
  state,
  noun,
  onShow,
}: {
  state: ColumnState
  noun: Noun
  onShow: (names: string[] | null) => void
}) {
  const { t } = useTranslation()
  const hidden = state.fields.filter((field) => !state.shown.includes(field.name))
  const move = (index: number, by: number) => {
    const names = [...state.shown]
    const [name] = names.splice(index, 1)
    if (name) names.splice(index + by, 0, name)
    onShow(names)
  }
  const labels = new Map(state.fields.map((field) => [field.name, field.label]))
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <ActionIcon size="lg" aria-label={t('columns.title')} title={t('columns.title')}>
          <IconColumns3 size={17} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={4} w={250} mah={440} style={{ overflowY: 'auto' }} tabIndex={0}>
          {state.shown.map((name, index) => (
            <Group key={name} justify="space-between" wrap="nowrap" gap={4}>
              <Checkbox
                size="xs"
                label={labels.get(name)}
                checked
                disabled={state.shown.length === 1}
                onChange={() => onShow(state.shown.filter((one) => one !== name))}
              />
              <Group gap={0} wrap="nowrap">
                <ActionIcon
                  size={24}
                  disabled={index === 0}
                  onClick={() => move(index, -1)}
                  aria-label={t('columns.earlier', { column: labels.get(name) })}
                >
                  <IconChevronUp size={14} />
                </ActionIcon>
                <ActionIcon
                  size={24}
                  disabled={index === state.shown.length - 1}
                  onClick={() => move(index, 1)}
                  aria-label={t('columns.later', { column: labels.get(name) })}
                >
                  <IconChevronDown size={14} />
                </ActionIcon>
              </Group>
            </Group>
          ))}
          {hidden.map((field) => (
            <Checkbox
              key={field.name}
              size="xs"
              py={3}
              label={field.label}
              checked={false}
              onChange={() => onShow([...state.shown, field.name])}
            />
          ))}
        </Stack>
        <Button
          variant="subtle"
          color="gray"
          mt="xs"
          fullWidth
          onClick={() => onShow(null)}
          disabled={state.shown.join() === defaultColumns(noun).join()}
        >
          {t('columns.reset')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  )
}
