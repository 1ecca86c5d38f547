import { Button, Group } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { inSentence } from '../format.ts'
import { api, type Row } from '../api.ts'
import { allFields, titleOf, valueOf, type Field, type Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { refreshEverything } from '../query-client.ts'
import { LinkButton, useGo } from '../ui/Link.tsx'
import { FormLayout } from '../ui/FormLayout.tsx'
import { useQueryState } from '../ui/search.ts'
import { Consequences } from './Consequences.tsx'
import { counts, countingValues } from './counting.ts'
import { FieldsForm } from './FieldsForm.tsx'
import { UnsavedGuard } from './UnsavedGuard.tsx'
import { undoOffer } from './undo.ts'
import { bodyOf, changesOf, isReady, useFormState } from './useFormState.ts'
import { notify } from '../ui/notify.tsx'

type Props = {
  noun: Noun
  row?: Row
  aside?: ReactNode
  /** Instead of going to the new row's page. */
  onCreated?: (row: Row) => void
}

/** Makes or changes a row of any noun. Fields named in the address are filled: `/contacts/new?customer_id=…`. */
export function NounForm({ noun, row, aside, onCreated }: Props) {
  const { t } = useTranslation()
  const go = useGo()
  const [query] = useQueryState()
  const fields = useMemo(() => writable(noun, row !== undefined), [noun, row])
  const [initial] = useState(() => startingValues(fields, row, query))
  const form = useFormState(fields, initial)
  const what = inSentence(noun.label)
  const back = row ? paths.row(noun, row.id) : paths.list(noun)
  const values = countingValues(fields, form.values)
  const body = row ? changesOf(values, initial) : bodyOf(values)
  const version = row?.version
  const save = useMutation({
    mutationFn: () =>
      row
        ? api.patch<Row>(`${noun.path}/${row.id}`, body, version === undefined ? {} : { version })
        : api.post<Row>(noun.path, body),
    onSuccess: async (saved) => {
      const title = titleOf(noun, saved)
      if (row) void notify(t('form.saved', { title }), undoOffer(noun, initial, body, saved))
      else void notify(t('form.created', { title }))
      if (onCreated && !row) onCreated(saved)
      else
        await go(noun.can.get ? paths.row(noun, saved.id) : paths.list(noun), {
          replace: true,
          ignoreBlocker: true,
        })
      await refreshEverything()
    },
    onError: form.refuse,
  })
  const ready = row ? Object.keys(body).length > 0 : isReady(fields, form.values)

  return (
    <FormLayout
      title={row ? t('form.edit', { title: titleOf(noun, row) }) : t('form.new', { what })}
      back={{ href: back, label: row ? titleOf(noun, row) : noun.label_plural }}
      refusal={form.refusal}
      formRef={form.formRef}
      onSubmit={() => form.check((field) => t('form.required', { field: field.label })) && save.mutate()}
      aside={
        aside ?? (
          <Consequences
            method={row ? 'PATCH' : 'POST'}
            path={row ? `${noun.path}/${row.id}` : noun.path}
            body={body}
            version={version}
            ready={ready}
            own={row?.id ?? noun.name}
          />
        )
      }
      buttons={
        <Group gap="xs">
          <Button
            type="submit"
            size="sm"
            loading={save.isPending}
            disabled={row !== undefined && !form.dirty}
          >
            {row ? t('form.save') : t('form.create', { what })}
          </Button>
          <LinkButton href={back} size="sm" variant="default">
            {t('form.cancel')}
          </LinkButton>
        </Group>
      }
    >
      <FieldsForm
        fields={fields.filter((field) => counts(field, fields, form.values))}
        form={form}
        editing={row !== undefined}
      />
      <UnsavedGuard dirty={form.dirty && !save.isPending && !save.isSuccess} />
    </FormLayout>
  )
}

/** What may be written: the fields of the creating command where there is one. */
function writable(noun: Noun, editing: boolean): Field[] {
  if (!editing && noun.create_fields) return noun.create_fields
  const fields = allFields(noun).filter(
    (field) => !field.readonly && field.name !== 'custom' && !(editing && field.immutable),
  )
  // A secret is never read back; left empty it stays as it is.
  return editing
    ? fields.map((field) => (field.kind === 'secret' ? { ...field, required: false } : field))
    : fields
}

function startingValues(
  fields: Field[],
  row: Row | undefined,
  query: Record<string, string>,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => {
      const value = row ? valueOf(row, field.name) : (query[field.name] ?? field.default)
      return [
        field.name,
        field.kind === 'secret'
          ? ''
          : (value ?? (field.kind === 'boolean' && !row && !field.nullable ? false : '')),
      ]
    }),
  )
}
