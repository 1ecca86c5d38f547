import { Combobox, Loader, TextInput, useCombobox, CloseButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { inSentence } from '../format.ts'
import { api, type Page, type Row } from '../api.ts'
import { titleOf, useNoun } from '../meta.ts'
import { useReferenceTitle } from './useReferenceTitle.ts'

type Props = {
  to: string
  value: string | null
  onChange: (id: string | null, row?: Row) => void
  label: ReactNode
  hideLabel?: boolean
  required?: boolean
  disabled?: boolean
  error?: ReactNode
  description?: ReactNode
  name?: string
  size?: 'xs' | 'sm'
}

/** Chooses a row of another noun by typing part of it: the server searches, twenty at a time. */
export function ReferencePicker(props: Props) {
  const { t } = useTranslation()
  const noun = useNoun(props.to)
  const title = useReferenceTitle(props.to, props.value)
  const [typed, setTyped] = useState<string | null>(null)
  const [search] = useDebouncedValue(typed ?? '', 150)
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption()
      setTyped(null)
    },
  })
  const { data, isFetching } = useQuery({
    queryKey: ['pick', noun?.path, noun?.searchable ? search : ''],
    queryFn: ({ signal }) =>
      api.get<Page<Row>>(noun?.path ?? '', {
        query: noun?.searchable ? { limit: 20, q: search } : { limit: 100 },
        signal,
      }),
    enabled: noun !== undefined && combobox.dropdownOpened,
    placeholderData: keepPreviousData,
  })
  // A noun without search is a short list, such as tariffs: it is narrowed here.
  const rows = (data?.data ?? []).filter(
    (row) => !noun || noun.searchable || titleOf(noun, row).toLowerCase().includes(search.toLowerCase()),
  )
  const clearable = props.value !== null && !props.required && !props.disabled
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(id) => {
        props.onChange(
          id,
          rows.find((row) => row.id === id),
        )
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target>
        <TextInput
          {...(props.name ? { name: props.name } : {})}
          size={props.size ?? 'sm'}
          label={props.hideLabel ? undefined : props.label}
          aria-label={props.hideLabel && typeof props.label === 'string' ? props.label : undefined}
          required={props.required ?? false}
          disabled={props.disabled ?? false}
          error={props.error}
          description={props.description}
          autoComplete="off"
          placeholder={noun ? t('picker.placeholder', { what: inSentence(noun.label) }) : ''}
          value={typed ?? (props.value === null ? '' : (title ?? '…'))}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            combobox.openDropdown()
            combobox.updateSelectedOptionIndex()
          }}
          onFocus={(event) => event.currentTarget.select()}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          rightSection={
            isFetching ? (
              <Loader size={14} aria-label={t('common.loading')} />
            ) : clearable ? (
              <CloseButton size="sm" aria-label={t('picker.clear')} onClick={() => props.onChange(null)} />
            ) : (
              <Combobox.Chevron />
            )
          }
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={280} style={{ overflowY: 'auto' }}>
          {noun &&
            rows.map((row) => (
              <Combobox.Option key={row.id} value={row.id}>
                {titleOf(noun, row)}{' '}
                <small style={{ color: 'var(--isp-dim)' }}>
                  {noun.title_field === 'number' ? '' : String(row['number'] ?? row['login'] ?? '')}
                </small>
              </Combobox.Option>
            ))}
          {rows.length === 0 && (
            <Combobox.Empty>{isFetching ? t('common.loading') : t('picker.nothing')}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
