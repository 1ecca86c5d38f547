import { ActionIcon, Button, Group, NativeSelect, Stack } from '@mantine/core'
import { IconFolderPlus, IconPlus, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Field, Noun } from '../meta.ts'
import { FilterValue } from './FilterEditor.tsx'
import { filterField, filterFields, operatorsFor, type Operator } from './filters.ts'
import { isGroup, type Group as Conditions, type Rule, type Tree } from './tree.ts'
import classes from './TreeEditor.module.css'

type Props = {
  noun: Noun
  tree: Conditions
  onChange: (tree: Conditions) => void
  /** What may be asked about; usually what the list can be filtered by. */
  fields?: Field[]
  depth?: number
  onRemove?: () => void
}

const deepest = 5

/** Conditions in groups that stand inside one another. */
export function TreeEditor({ noun, tree, onChange, fields, depth = 1, onRemove }: Props) {
  const { t } = useTranslation()
  const known = fields ?? askable(noun)
  const put = (place: number, next: Tree | undefined) =>
    onChange({
      ...tree,
      rules: tree.rules.flatMap((one, at) => (at === place ? (next ? [next] : []) : [one])),
    })
  const [first] = known
  return (
    <div className={classes.group} role="group" aria-label={t(nameOf(tree))}>
      <Group gap="xs" wrap="nowrap">
        <NativeSelect
          size="xs"
          aria-label={t('filter.treeTitle')}
          value={nameOf(tree)}
          onChange={(event) => {
            const chosen = meanings.find((one) => one.name === event.currentTarget.value)
            if (chosen) onChange({ ...tree, combinator: chosen.combinator, not: chosen.not })
          }}
          data={meanings.map(({ name }) => ({ value: name, label: t(name) }))}
        />
        {onRemove && (
          <ActionIcon variant="subtle" color="gray" aria-label={t('filter.removeGroup')} onClick={onRemove}>
            <IconX size={14} />
          </ActionIcon>
        )}
      </Group>
      <Stack gap="xs" className={classes.rules}>
        {tree.rules.map((one, place) =>
          isGroup(one) ? (
            <TreeEditor
              key={place}
              noun={noun}
              tree={one}
              fields={known}
              depth={depth + 1}
              onChange={(next) => put(place, next)}
              onRemove={() => put(place, undefined)}
            />
          ) : (
            <RuleEditor
              key={place}
              noun={noun}
              fields={known}
              rule={one}
              onChange={(next) => put(place, next)}
            />
          ),
        )}
        <Group gap="xs">
          <Button
            size="compact-xs"
            variant="default"
            disabled={!first}
            leftSection={<IconPlus size={13} />}
            onClick={() => first && onChange({ ...tree, rules: [...tree.rules, blank(first)] })}
          >
            {t('filter.addRule')}
          </Button>
          {depth < deepest && (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconFolderPlus size={13} />}
              onClick={() =>
                onChange({
                  ...tree,
                  rules: [...tree.rules, { combinator: 'or', rules: first ? [blank(first)] : [] }],
                })
              }
            >
              {t('filter.addGroup')}
            </Button>
          )}
        </Group>
      </Stack>
    </div>
  )
}

export const askable = (noun: Noun): Field[] =>
  filterFields(noun).filter(
    (field) => field.filterable && !field.equal_only && field.name !== 'id' && operatorsFor(field).length > 0,
  )

const meanings = [
  { name: 'filter.all', combinator: 'and', not: false },
  { name: 'filter.any', combinator: 'or', not: false },
  { name: 'filter.notAll', combinator: 'and', not: true },
  { name: 'filter.notAny', combinator: 'or', not: true },
] as const
const nameOf = (tree: Conditions) =>
  meanings.find((one) => one.combinator === tree.combinator && one.not === (tree.not ?? false))?.name ??
  'filter.all'

const blank = (field: Field): Rule => ({
  field: field.name,
  operator: operatorsFor(field)[0] ?? 'eq',
  value: '',
})

function RuleEditor({
  noun,
  fields,
  rule,
  onChange,
}: {
  noun: Noun
  fields: Field[]
  rule: Rule
  onChange: (rule: Rule | undefined) => void
}) {
  const { t } = useTranslation()
  const field = fields.find((one) => one.name === rule.field) ?? filterField(noun, rule.field)
  const operators = field ? operatorsFor(field) : []
  const operator = operators.find((one) => one === rule.operator) ?? operators[0] ?? 'eq'
  const value = Array.isArray(rule.value) ? rule.value.join(',') : String(rule.value ?? '')
  return (
    <div className={classes.rule}>
      <NativeSelect
        size="xs"
        aria-label={t('filter.field')}
        value={rule.field}
        onChange={(event) => {
          const next = fields.find((one) => one.name === event.currentTarget.value)
          if (next) onChange(blank(next))
        }}
        data={fields.map((one) => ({ value: one.name, label: one.label }))}
      />
      <NativeSelect
        size="xs"
        aria-label={t('filter.operatorLabel')}
        value={operator}
        onChange={(event) => {
          const next = event.currentTarget.value as Operator // One of the options below.
          onChange({
            ...rule,
            operator: next,
            value: next === 'null' ? 'true' : operator === 'null' ? '' : rule.value,
          })
        }}
        data={operators.map((one) => ({ value: one, label: t(`filter.operator.${one}`) }))}
      />
      {field && (
        <FilterValue
          field={field}
          operator={operator}
          value={value}
          onChange={(next) => onChange({ ...rule, operator, value: next })}
        />
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t('filter.removeRule')}
        onClick={() => onChange(undefined)}
      >
        <IconX size={14} />
      </ActionIcon>
    </div>
  )
}
