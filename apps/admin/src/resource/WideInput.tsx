import { Group, Input, MultiSelect, Rating, TagsInput, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { isRecord, type Field } from '../meta.ts'

type Props = {
  field: Field
  name: string
  label: string
  description: ReactNode
  required: boolean
  disabled: boolean
  error: string | undefined
  value: unknown
  onChange: (value: unknown) => void
}

/** Several values, stars, a place: inputs that are more than a line of text. */
export function WideInput({ field, value, onChange, ...common }: Props) {
  const { t } = useTranslation()
  const list = Array.isArray(value) ? value.map(String) : []
  if (field.kind === 'choices')
    return (
      <MultiSelect
        {...common}
        searchable
        clearable
        data={field.values ?? []}
        value={list}
        onChange={onChange}
      />
    )
  if (field.kind === 'rating')
    return (
      <Input.Wrapper {...common}>
        <Group gap="xs">
          <Rating
            name={common.name}
            count={field.max ?? 5}
            value={Number(value) || 0}
            readOnly={common.disabled}
            onChange={(stars) => onChange(stars === value ? '' : stars)}
            getSymbolLabel={(stars) => t('value.rating', { value: stars, best: field.max ?? 5 })}
          />
        </Group>
      </Input.Wrapper>
    )
  if (field.kind === 'geo_point') return <Place {...common} value={value} onChange={onChange} />
  return <TagsInput {...common} value={list} onChange={onChange} splitChars={[',', ';', ' ']} />
}

function Place({ value, onChange, name, label, ...common }: Omit<Props, 'field'>) {
  const { t } = useTranslation()
  const at = isRecord(value) ? value : {}
  const set = (part: 'lat' | 'lon', text: string) => {
    const next = {
      ...at,
      [part]: text === '' ? undefined : Number.isFinite(Number(text)) ? Number(text) : text,
    }
    onChange(next.lat === undefined && next.lon === undefined ? '' : next)
  }
  return (
    <Input.Wrapper {...common} label={label} labelElement="div">
      <Group gap="xs" grow>
        {(['lat', 'lon'] as const).map((part) => (
          <TextInput
            key={part}
            name={part === 'lat' ? name : `${name}.lon`}
            aria-label={`${label}: ${t(`unit.${part}`)}`}
            placeholder={t(`unit.${part}`)}
            disabled={common.disabled}
            inputMode="decimal"
            defaultValue={at[part] === undefined ? '' : String(at[part])}
            onChange={(event) => set(part, event.currentTarget.value.trim())}
          />
        ))}
      </Group>
    </Input.Wrapper>
  )
}
