import { Button, FileInput, Group, NativeSelect, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { allFields, useMeta, useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { LinkButton, useGo } from '../../ui/Link.tsx'
import { FormLayout } from '../../ui/FormLayout.tsx'
import { ErrorNotice } from '../../ui/Notice.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { Section } from '../../ui/Section.tsx'
import { guessField, sampleCsv } from './csv.ts'
import { ImportResult } from './ImportResult.tsx'
import { sendImport } from './import.ts'
import { Mapping } from './Mapping.tsx'

type Chosen = { file: File; columns: string[]; sample: string[][] }

/** Choose a file, say which column is which, validate without writing, then run. */
export function NewImportPage() {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const imports = useNoun('import')
  const go = useGo()
  const targets = nouns.filter((noun) => noun.can.create && !['import', 'saved_view'].includes(noun.name))
  const [plural, setPlural] = useState('customers')
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [mapping, setMapping] = useState<Record<string, string>>({})
  const noun = targets.find((one) => one.plural === plural) ?? targets[0]
  const fields = noun ? allFields(noun).filter((field) => !field.readonly && field.name !== 'custom') : []
  const send = useMutation({
    mutationFn: (validate_only: boolean) => {
      if (!chosen || !noun) throw new Error(t('import.chooseFirst'))
      return sendImport({ noun: noun.plural, file: chosen.file, mapping, validate_only })
    },
    onSuccess: (row, validate_only) => {
      if (!validate_only) void go(paths.imported(row.id))
    },
  })
  if (!imports?.can.create) return <MissingScreen />

  const read = async (file: File | null) => {
    send.reset()
    if (!file) return setChosen(null)
    const { columns, sample } = sampleCsv(await file.slice(0, 64 * 1024).text(), 3)
    setChosen({ file, columns, sample })
    setMapping(Object.fromEntries(columns.map((column) => [column, guessField(column, fields)])))
  }
  const validated = send.variables === true && send.data !== undefined ? send.data : undefined
  return (
    <FormLayout
      title={t('import.new')}
      back={{ href: paths.list(imports), label: imports.label_plural }}
      refusal={null}
      onSubmit={() => send.mutate(true)}
      aside={
        <Stack>
          {validated && <ImportResult row={validated} title={t('import.validated')} />}
          {!validated && <Section title={t('import.how')}>{t('import.help')}</Section>}
        </Stack>
      }
      buttons={
        <Group gap="xs">
          <Button
            type="submit"
            size="sm"
            disabled={!chosen}
            loading={send.isPending && send.variables}
            variant={validated ? 'default' : 'filled'}
          >
            {t('import.validate')}
          </Button>
          <Button
            size="sm"
            disabled={!validated}
            loading={send.isPending && !send.variables}
            onClick={() => send.mutate(false)}
          >
            {t('import.run')}
          </Button>
          <LinkButton href={paths.list(imports)} size="sm" variant="default">
            {t('form.cancel')}
          </LinkButton>
        </Group>
      }
    >
      <ErrorNotice error={send.error} />
      <NativeSelect
        label={t('import.what')}
        value={noun?.plural ?? ''}
        onChange={(event) => {
          setPlural(event.currentTarget.value)
          setChosen(null)
          send.reset()
        }}
        data={targets.map((one) => ({ value: one.plural, label: one.label_plural }))}
      />
      <FileInput
        label={t('import.file')}
        required
        accept=".csv,text/csv"
        placeholder={t('import.choose')}
        value={chosen?.file ?? null}
        onChange={(file) => void read(file)}
        clearable
        clearButtonProps={{ 'aria-label': t('picker.clear') }}
      />
      {chosen && (
        <Mapping
          columns={chosen.columns}
          sample={chosen.sample}
          fields={fields}
          mapping={mapping}
          onChange={(next) => {
            setMapping(next)
            send.reset()
          }}
        />
      )}
    </FormLayout>
  )
}
