import { Checkbox, NativeSelect, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMeta } from '../../meta.ts'
import { kinds, nameFrom, type DesignedField } from './fields.ts'

type Props = {
  field: DesignedField
  onChange: (field: DesignedField) => void
  prefix?: string
  errors: Record<string, string>
}

/** One field of a custom entity or of a noun. Its name follows the label until it is typed by hand. */
export function FieldDesigner({ field, onChange, prefix = '', errors }: Props) {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const set = (change: Partial<DesignedField>) => onChange({ ...field, ...change })
  const follows =
    field.name === '' || field.name === nameFrom(field.label) || field.name === `${nameFrom(field.label)}_id`
  const named = (label: string, kind = field.kind) => ({
    label,
    ...(follows ? { name: nameFrom(label) + (kind === 'reference' && label !== '' ? '_id' : '') } : {}),
  })
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TextInput
          name={`${prefix}label`}
          label={t('entity.fieldLabel')}
          required
          value={field.label}
          error={errors[`${prefix}label`]}
          onChange={(event) => set(named(event.currentTarget.value))}
        />
        <TextInput
          name={`${prefix}name`}
          label={t('entity.fieldName')}
          required
          value={field.name}
          error={errors[`${prefix}name`]}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <NativeSelect
          name={`${prefix}kind`}
          label={t('entity.kind')}
          value={field.kind}
          error={errors[`${prefix}kind`]}
          onChange={(event) => {
            const kind = kinds.find((one) => one === event.currentTarget.value) ?? 'text'
            set({ kind, ...named(field.label, kind) })
          }}
          data={kinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
        />
        {(field.kind === 'reference' || field.kind === 'references') && (
          <NativeSelect
            name={`${prefix}to`}
            label={t('entity.to')}
            value={field.to}
            error={errors[`${prefix}to`]}
            onChange={(event) => set({ to: event.currentTarget.value })}
            data={nouns
              .filter((noun) => noun.can.list)
              .map((noun) => ({ value: noun.name, label: noun.label }))}
          />
        )}
      </SimpleGrid>
      {(field.kind === 'choice' || field.kind === 'choices') && (
        <Textarea
          name={`${prefix}values`}
          label={t('entity.choices')}
          description={t('entity.choicesHelp')}
          autosize
          minRows={3}
          required
          value={field.choices}
          error={errors[`${prefix}values`]}
          onChange={(event) => set({ choices: event.currentTarget.value })}
        />
      )}
      <Checkbox
        label={t('entity.required')}
        checked={field.required}
        onChange={(event) => set({ required: event.currentTarget.checked })}
      />
    </Stack>
  )
}
