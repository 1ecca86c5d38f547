import { Checkbox, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useMeta, type Field } from '../meta.ts'
import { KbpsInput } from './KbpsInput.tsx'
import { JsonInput } from './JsonInput.tsx'
import { ReferencePicker } from './ReferencePicker.tsx'
import { ReferencesPicker } from './ReferencesPicker.tsx'

type Props = {
  field: Field
  value: unknown
  onChange: (value: unknown) => void
  error?: string | undefined
  editing?: boolean
  focus?: boolean
}

/** The input that fits a field's kind: label above, unit inside, the refusal's sentence below. */
export function FieldInput({ field, value, onChange, error, editing, focus }: Props) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const text = value === null || value === undefined ? '' : String(value)
  const unset = field.inherits ? t('form.inherited') : t('form.nothing')
  const common = {
    name: field.name,
    label: field.label,
    description: field.help,
    required: field.required === true,
    disabled: field.readonly === true || (editing === true && field.immutable === true),
    error,
    ...(field.inherits ? { placeholder: unset } : {}),
    ...(focus ? { autoFocus: true } : {}),
  }
  const typed = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value)
  const wholeNumber = (event: { currentTarget: { value: string } }) => {
    const entered = event.currentTarget.value
    onChange(/^-?\d+$/.test(entered) && Number.isSafeInteger(Number(entered)) ? Number(entered) : entered)
  }
  switch (field.kind) {
    case 'choice': {
      const choices = (field.values ?? []).map((choice) => ({ value: choice.value, label: choice.label }))
      return (
        <NativeSelect
          {...common}
          value={text}
          onChange={typed}
          data={[{ value: '', label: field.required ? t('form.choose') : unset }, ...choices]}
        />
      )
    }
    case 'boolean':
      // Saying nothing is a third answer.
      if (field.nullable)
        return (
          <NativeSelect
            {...common}
            value={text}
            onChange={(event) => onChange(answers[event.currentTarget.value] ?? '')}
            data={[
              { value: '', label: unset },
              { value: 'true', label: t('common.yes') },
              { value: 'false', label: t('common.no') },
            ]}
          />
        )
      return (
        <Checkbox
          name={field.name}
          label={field.label}
          description={field.help}
          disabled={common.disabled}
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'user':
    case 'reference':
      return (
        <ReferencePicker
          {...common}
          to={field.to ?? ''}
          value={text === '' ? null : text}
          onChange={(id) => onChange(id)}
        />
      )
    case 'files':
    case 'references':
      return (
        <ReferencesPicker
          {...common}
          to={field.to ?? ''}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
        />
      )
    case 'long_text':
    case 'rich_text':
      return (
        <Textarea
          {...common}
          autosize
          minRows={3}
          maxRows={12}
          value={text}
          onChange={typed}
          maxLength={field.max}
        />
      )
    case 'emails':
    case 'phones':
    case 'urls':
    case 'choices':
    case 'rating':
    case 'geo_point':
      return (
        <Suspense fallback={<TextInput {...common} value="" readOnly />}>
          <WideInput {...common} field={field} value={value} onChange={onChange} />
        </Suspense>
      )
    case 'time':
      return <TextInput {...common} type="time" value={text} onChange={typed} />
    case 'duration':
      return <TextInput {...common} value={text} onChange={typed} placeholder="PT1H30M" />
    case 'json':
      return <JsonInput {...common} value={value} onChange={onChange} />
    case 'secret':
      return (
        <PasswordInput
          {...common}
          value={text === 'set' ? '' : text}
          placeholder={editing ? t('form.secretKept') : ''}
          onChange={typed}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
        />
      )
    case 'date':
      return <TextInput {...common} type="date" value={text} onChange={typed} />
    case 'datetime':
      return (
        <TextInput
          {...common}
          type="datetime-local"
          value={text.slice(0, 16)}
          onChange={(event) =>
            onChange(event.currentTarget.value === '' ? null : `${event.currentTarget.value}:00Z`)
          }
          rightSection={<Unit>UTC</Unit>}
        />
      )
    case 'money':
      return (
        <TextInput
          {...common}
          inputMode="decimal"
          value={text}
          onChange={typed}
          rightSection={<Unit>{tenant.currency}</Unit>}
          rightSectionWidth={52}
        />
      )
    case 'percent':
      return (
        <TextInput
          {...common}
          inputMode="decimal"
          value={text}
          onChange={typed}
          rightSection={<Unit>%</Unit>}
        />
      )
    case 'decimal':
      return (
        <TextInput
          {...common}
          inputMode="decimal"
          value={text}
          onChange={typed}
          rightSection={field.unit && <Unit>{field.unit}</Unit>}
          rightSectionWidth={52}
        />
      )
    case 'kbps':
      return <KbpsInput {...common} value={value} onChange={onChange} />
    case 'integer':
    case 'bytes': {
      const unit = field.unit ?? { bytes: t('unit.bytes'), integer: '' }[field.kind]
      return (
        <TextInput
          {...common}
          inputMode="numeric"
          value={text}
          onChange={wholeNumber}
          rightSection={unit && <Unit>{unit}</Unit>}
          rightSectionWidth={unit ? 64 : undefined}
        />
      )
    }
    case 'email':
    case 'phone':
    case 'url':
      return (
        <TextInput
          {...common}
          type={{ email: 'email', phone: 'tel', url: 'url' }[field.kind]}
          value={text}
          onChange={typed}
          maxLength={field.max}
          autoComplete="off"
        />
      )
    default:
      return <TextInput {...common} value={text} onChange={typed} maxLength={field.max} autoComplete="off" />
  }
}

/** Inputs of which few screens have one. */
const WideInput = lazy(async () => ({ default: (await import('./WideInput.tsx')).WideInput }))

const answers: Record<string, boolean> = { true: true, false: false }

function Unit({ children }: { children: React.ReactNode }) {
  return (
    <span style={{ color: 'var(--isp-dim)', fontSize: 12, paddingRight: 10, whiteSpace: 'nowrap' }}>
      {children}
    </span>
  )
}
