import { Fieldset, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Field } from '../meta.ts'
import { humanise } from '../format.ts'
import classes from './FieldsForm.module.css'
import { FieldInput } from './FieldInput.tsx'
import type { FormState } from './useFormState.ts'

/** A noun's fields in one column, those of a group together. */
export function FieldsForm({
  fields,
  form,
  editing,
  focusFirst,
}: {
  fields: Field[]
  form: FormState
  editing?: boolean
  focusFirst?: boolean
}) {
  const { t } = useTranslation()
  const groups = Map.groupBy(fields, (field) =>
    field.name.startsWith('custom.') ? t('form.customGroup') : (field.group ?? ''),
  )
  return (
    <Stack gap="lg">
      {[...groups].map(([group, members]) => {
        const inputs = (
          <Stack gap="sm">
            {members.map((field) => (
              <FieldInput
                key={field.name}
                field={field}
                value={form.values[field.name]}
                error={form.errors[field.name]}
                onChange={(value) => form.set(field.name, value)}
                editing={editing ?? false}
                focus={focusFirst === true && field === fields[0]}
              />
            ))}
          </Stack>
        )
        return group === '' ? (
          <div key="">{inputs}</div>
        ) : (
          <Fieldset key={group} variant="unstyled" legend={humanise(group)} classNames={classes}>
            {inputs}
          </Fieldset>
        )
      })}
    </Stack>
  )
}
