import { Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FieldInput } from '../../resource/FieldInput.tsx'
import { isAutomatic, previewOf, type CustomField } from './customField.ts'
import classes from './CustomFields.module.css'

/** The field's input as forms will show it, to be tried. */
export function CustomFieldPreview({ field }: { field: CustomField }) {
  const { t } = useTranslation()
  const [tried, setTried] = useState<unknown>('')
  return (
    <section aria-label={t('customField.preview')}>
      <Text fz={13} c="dimmed" mb={6}>
        {t('customField.preview')}
      </Text>
      <div className={classes.preview}>
        {isAutomatic(field.kind) ? (
          <Text fz={13}>
            {t(field.kind === 'formula' ? 'customField.previewFormula' : 'customField.previewNumber')}
          </Text>
        ) : (
          <FieldInput key={field.kind} field={previewOf(field)} value={tried} onChange={setTried} />
        )}
      </div>
    </section>
  )
}
