import { Menu, Popover, TextInput, UnstyledButton, Button } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFilter, IconSearch, IconX } from '@tabler/icons-react'
import { lazy, Suspense, useEffect, useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { inSentence } from '../format.ts'
import type { Noun } from '../meta.ts'
import type { Search } from '../ui/search.ts'
import classes from './FilterBar.module.css'
import {
  filterField,
  filterFields,
  filtersOf,
  keyOf,
  operatorsFor,
  replaceFilter,
  type Filter,
} from './filters.ts'
import { conditionsIn, treeIn } from './tree.ts'
import { useFilterText } from './useFilterText.ts'

const FilterEditor = lazy(async () => ({ default: (await import('./FilterEditor.tsx')).FilterEditor }))

const TreeFilter = lazy(async () => ({ default: (await import('./TreeFilter.tsx')).TreeFilter }))

type Props = {
  noun: Noun
  query: Search
  onChange: (change: Record<string, string | undefined>) => void
  inputRef: RefObject<HTMLInputElement | null>
}

/** Free text and conditions; each condition is a chip that says itself in words and opens to be changed. */
export function FilterBar({ noun, query, onChange, inputRef }: Props) {
  const { t } = useTranslation()
  const [adding, setAdding] = useState<Filter | null>(null)
  const [building, setBuilding] = useState(false)
  const tree = treeIn(query['filter'])
  const filters = filtersOf(noun, query)
  const fields = filterFields(noun).filter(
    (field) => field.filterable && field.name !== 'id' && operatorsFor(field).length > 0,
  )
  return (
    <div className={classes.bar} role="search">
      {noun.searchable && (
        <FreeText
          value={query['q'] ?? ''}
          onChange={(q) => onChange({ q: q === '' ? undefined : q })}
          inputRef={inputRef}
          label={t('filter.search', { what: inSentence(noun.label_plural) })}
        />
      )}
      {filters.map((filter) => (
        <FilterChip key={keyOf(filter)} noun={noun} filter={filter} onChange={onChange} />
      ))}
      {tree && (
        <div className={classes.chip}>
          <UnstyledButton className={classes.text} onClick={() => setBuilding(true)}>
            {t('filter.tree', { count: conditionsIn(tree) })}
          </UnstyledButton>
          <UnstyledButton
            className={classes.remove}
            onClick={() => onChange({ filter: undefined })}
            aria-label={t('filter.dropTree')}
          >
            <IconX size={13} />
          </UnstyledButton>
        </div>
      )}
      {building && (
        <Suspense fallback={null}>
          <TreeFilter
            noun={noun}
            text={query['filter']}
            onClose={() => setBuilding(false)}
            onApply={(filter) => {
              onChange({ filter })
              setBuilding(false)
            }}
          />
        </Suspense>
      )}
      <Popover
        opened={adding !== null}
        onChange={(opened) => !opened && setAdding(null)}
        position="bottom-start"
        withRoles={false}
        trapFocus
      >
        <Popover.Target>
          <span className={classes.add}>
            <Menu position="bottom-start">
              <Menu.Target>
                <Button
                  variant="default"
                  leftSection={<IconFilter size={15} />}
                  {...(noun.searchable ? {} : { ref: inputRef as never })}
                >
                  {t('filter.add')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown className={classes.fields}>
                {fields.length === 0 && <Menu.Label>{t('filter.none')}</Menu.Label>}
                {fields.length > 0 && (
                  <>
                    <Menu.Item leftSection={<IconFilter size={14} />} onClick={() => setBuilding(true)}>
                      {t('filter.advanced')}
                    </Menu.Item>
                    <Menu.Divider />
                  </>
                )}
                {fields.map((field) => (
                  <Menu.Item
                    key={field.name}
                    onClick={() =>
                      setAdding({ field: field.name, operator: operatorsFor(field)[0] ?? 'eq', value: '' })
                    }
                  >
                    {field.label}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          </span>
        </Popover.Target>
        <Popover.Dropdown role="dialog" aria-label={t('filter.add')}>
          <Suspense fallback={null}>
            {adding && (
              <FilterEditor
                noun={noun}
                filter={adding}
                onApply={(next) => {
                  onChange(replaceFilter(undefined, next))
                  setAdding(null)
                }}
              />
            )}
          </Suspense>
        </Popover.Dropdown>
      </Popover>
      {(filters.length > 0 || tree) && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() =>
            onChange({
              ...Object.fromEntries(filters.map((filter) => [keyOf(filter), undefined])),
              filter: undefined,
            })
          }
        >
          {t('filter.clear')}
        </Button>
      )}
    </div>
  )
}

function FilterChip({ noun, filter, onChange }: { noun: Noun; filter: Filter; onChange: Props['onChange'] }) {
  const { t } = useTranslation()
  const [opened, setOpened] = useState(false)
  const text = useFilterText(noun, filter)
  const label = filterField(noun, filter.field)?.label ?? filter.field
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus>
      <div className={classes.chip}>
        <Popover.Target>
          <UnstyledButton className={classes.text} onClick={() => setOpened(!opened)}>
            {text}
          </UnstyledButton>
        </Popover.Target>
        <UnstyledButton
          className={classes.remove}
          onClick={() => onChange(replaceFilter(filter, undefined))}
          aria-label={t('filter.remove', { field: label })}
        >
          <IconX size={13} />
        </UnstyledButton>
      </div>
      <Popover.Dropdown>
        <Suspense fallback={null}>
          <FilterEditor
            noun={noun}
            filter={filter}
            onApply={(next) => {
              onChange(replaceFilter(filter, next))
              setOpened(false)
            }}
          />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  )
}

/** Types at once, asks a fifth of a second after the last key. */
function FreeText(props: {
  value: string
  onChange: (value: string) => void
  inputRef: Props['inputRef']
  label: string
}) {
  const [text, setText] = useState(props.value)
  const settle = useDebouncedCallback(props.onChange, 200)
  useEffect(() => setText(props.value), [props.value])
  return (
    <TextInput
      ref={props.inputRef}
      size="xs"
      className={classes.search}
      value={text}
      type="search"
      aria-label={props.label}
      placeholder={props.label}
      leftSection={<IconSearch size={14} aria-hidden />}
      onChange={(event) => {
        setText(event.currentTarget.value)
        settle(event.currentTarget.value)
      }}
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
    />
  )
}
