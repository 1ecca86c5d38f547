import { Button, Checkbox, NativeSelect, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMeta, type Field, type Noun } from '../meta.ts'
import { filterField, operatorsFor, type Filter, type Operator } from './filters.ts'
import { ReferencePicker } from './ReferencePicker.tsx'
import { isNumeric } from '../format.ts'

/** One condition: operator by the field's kind, and the value with the input that fits it. */
export function FilterEditor({
  noun,
  filter,
  onApply,
}: {
  noun: Noun
  filter: Filter
  onApply: (next: Filter | undefined) => void
}) {
  const { t } = useTranslation()
  const [operator, setOperator] = useState(filter.operator)
  const [value, setValue] = useState(filter.value)
  const field = filterField(noun, filter.field)
  if (!field) return null
  const all = operatorsFor(field)
  const shownValue = operator === 'null' && value !== 'false' ? 'true' : value
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onApply(shownValue === '' ? undefined : { field: filter.field, operator, value: shownValue })
      }}
    >
      <Stack gap="xs" w={260}>
        <NativeSelect
          size="xs"
          label={field.label}
          value={operator}
          onChange={(event) => {
            const next = all.find((one) => one === event.currentTarget.value) ?? 'eq'
            if (next === 'null' || operator === 'null') setValue('')
            setOperator(next)
          }}
          data={all.map((one: Operator) => ({ value: one, label: t(`filter.operator.${one}`) }))}
        />
        <FilterValue field={field} operator={operator} value={shownValue} onChange={setValue} />
        <Button type="submit">{t('filter.apply')}</Button>
      </Stack>
    </form>
  )
}

type ValueProps = { field: Field; operator: Operator; value: string; onChange: (value: string) => void }

export function FilterValue({ field, operator, value, onChange }: ValueProps) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  if (operator === 'null') {
    return (
      <NativeSelect
        size="xs"
        aria-label={t('filter.value')}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[
          { value: 'true', label: t('filter.empty') },
          { value: 'false', label: t('filter.notEmpty') },
        ]}
      />
    )
  }
  if (field.kind === 'choice' || field.kind === 'choices') {
    return (
      <Checkbox.Group
        value={value === '' ? [] : value.split(',')}
        onChange={(chosen) => onChange(chosen.join(','))}
        aria-label={t('filter.value')}
      >
        <Stack gap={10} mah={260} style={{ overflowY: 'auto' }} py={2} tabIndex={0}>
          {(field.values ?? []).map((choice) => (
            <Checkbox key={choice.value} size="xs" value={choice.value} label={choice.label} />
          ))}
        </Stack>
      </Checkbox.Group>
    )
  }
  if (field.kind === 'boolean') {
    return (
      <NativeSelect
        size="xs"
        aria-label={t('filter.value')}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[
          { value: '', label: t('filter.choose') },
          { value: 'true', label: t('common.yes') },
          { value: 'false', label: t('common.no') },
        ]}
      />
    )
  }
  if (['reference', 'references', 'user'].includes(field.kind) && field.to) {
    return (
      <ReferencePicker
        to={field.to}
        value={value || null}
        onChange={(id) => onChange(id ?? '')}
        label={t('filter.value')}
        hideLabel
      />
    )
  }
  const type =
    field.kind === 'time'
      ? 'time'
      : field.kind === 'date'
        ? 'date'
        : field.kind === 'datetime'
          ? 'datetime-local'
          : 'text'
  const shown = field.kind === 'datetime' && value !== '' ? localOf(value) : value
  return (
    <TextInput
      size="xs"
      type={type}
      aria-label={t('filter.value')}
      placeholder={field.kind === 'kbps' ? t('unit.kbps') : field.kind === 'bytes' ? t('unit.bytes') : ''}
      inputMode={isNumeric(field) ? 'decimal' : undefined}
      rightSection={field.kind === 'money' ? <small>{tenant.currency}</small> : null}
      value={shown}
      data-autofocus
      onChange={(event) =>
        onChange(
          field.kind === 'datetime' && event.currentTarget.value !== ''
            ? new Date(event.currentTarget.value).toISOString()
            : event.currentTarget.value,
        )
      }
    />
  )
}

/** An instant as the browser's local date-and-time field wants it. */
function localOf(value: string): string {
  const at = new Date(value)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
