import { Button, FileInput, Group } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { FormLayout } from '../../ui/FormLayout.tsx'
import { LinkButton, useGo } from '../../ui/Link.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { Section } from '../../ui/Section.tsx'
import { sendFile } from './import.ts'

/** Chooses the file. What it would do is seen on the import's own page before anything is written. */
export function NewImportPage() {
  const { t } = useTranslation()
  const noun = useNoun('import')
  const go = useGo()
  const [file, setFile] = useState<File | null>(null)
  const send = useMutation({
    mutationFn: (chosen: File) => sendFile('customers', chosen),
    onSuccess: (row) => go(paths.imported(row.id), { replace: true }),
  })
  if (!noun) return <MissingScreen />
  return (
    <FormLayout
      title={t('import.new')}
      back={{ href: paths.list(noun), label: noun.label_plural }}
      refusal={send.error}
      onSubmit={() => file && send.mutate(file)}
      aside={<Section title={t('import.how')}>{t('import.help')}</Section>}
      buttons={
        <Group gap="xs">
          <Button type="submit" size="sm" disabled={!file} loading={send.isPending}>
            {t('import.send')}
          </Button>
          <LinkButton href={paths.list(noun)} size="sm" variant="default">
            {t('form.cancel')}
          </LinkButton>
        </Group>
      }
    >
      <FileInput
        label={t('import.file')}
        required
        accept=".csv,.txt,text/csv"
        placeholder={t('import.choose')}
        value={file}
        onChange={setFile}
        clearable
        clearButtonProps={{ 'aria-label': t('picker.clear') }}
      />
    </FormLayout>
  )
}
