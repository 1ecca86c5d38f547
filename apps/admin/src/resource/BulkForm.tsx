import { NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, sentenceOf, type Page, type Row } from '../api.ts'
import { count, inSentence } from '../format.ts'
import { allFields, type Field, type Noun } from '../meta.ts'
import { refreshEverything } from '../query-client.ts'
import { Notice } from '../ui/Notice.tsx'
import { BulkOutcome, type BulkAnswer } from './BulkOutcome.tsx'
import { DrawerForm } from './DrawerForm.tsx'
import { FieldsForm } from './FieldsForm.tsx'
import { bodyOf, isReady, useFormState } from './useFormState.ts'

export type BulkOperation = { verb: string; label: string; fields: Field[]; danger: boolean }
export type BulkTarget = { ids: string[] } | { filter: Record<string, string> }

/** From this many on, or for what is dangerous, the size is typed before it happens. */
const typedFrom = 20

/** One command on many rows: what it needs, what it would do to how many, the result row by row. */
export function BulkForm({
  noun,
  operation,
  target,
  size,
  onDone,
}: {
  noun: Noun
  operation: BulkOperation
  target: BulkTarget
  size: number
  onDone: () => void
}) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState('')
  const [typed, setTyped] = useState('')
  const editable = useMemo(
    () => allFields(noun).filter((field) => !field.readonly && !field.immutable && field.kind !== 'secret'),
    [noun],
  )
  const fields =
    operation.verb === 'update' ? editable.filter((field) => field.name === chosen) : operation.fields
  const form = useFormState(fields, {})
  const input = bodyOf(Object.fromEntries(fields.map((field) => [field.name, form.values[field.name]])))
  const filled = operation.verb === 'update' ? Object.keys(input).length > 0 : isReady(fields, form.values)
  const path = `${noun.path}/bulk`
  const body = { operation: operation.verb, ...target, input }
  const [settled] = useDebouncedValue(JSON.stringify(body), 350)
  const preview = useQuery({
    queryKey: ['dry_run', 'bulk', path, settled],
    queryFn: async () => {
      const asked = JSON.parse(settled)
      const some = size > previewed ? await firstOf(noun, target) : undefined
      const { filter: _filter, ...rest } = asked
      return api.post<BulkAnswer>(path, { ...(some ? { ...rest, ids: some } : asked), dry_run: true })
    },
    // While the person types, what was settled before is not what they ask.
    enabled: filled && settled === JSON.stringify(body),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  })
  // One key a form: a lost answer that is asked for again repeats nothing that was done.
  const [key] = useState(newIdempotencyKey)
  const run = useMutation({
    mutationFn: () => api.post<BulkAnswer>(path, body, { idempotency_key: key }),
    onError: form.refuse,
    onSuccess: refreshEverything,
  })
  const mustType = operation.danger || size >= typedFrom
  if (run.data) return <BulkOutcome answer={run.data} onDone={onDone} />

  return (
    <DrawerForm
      form={form}
      note={t('bulk.will', {
        count: size,
        total: count(size),
        what: inSentence(size === 1 ? noun.label : noun.label_plural),
      })}
      submit={t('bulk.run', { what: operation.label, total: count(size) })}
      danger={operation.danger}
      pending={run.isPending}
      disabled={!filled || (mustType && typed !== String(size))}
      onSubmit={() => run.mutate()}
      onCancel={onDone}
    >
      {operation.verb === 'update' && (
        <NativeSelect
          label={t('bulk.field')}
          required
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={[
            { value: '', label: t('form.choose') },
            ...editable.map((field) => ({ value: field.name, label: field.label })),
          ]}
        />
      )}
      <FieldsForm fields={fields} form={form} focusFirst />
      <div aria-live="polite">
        {preview.error && <Notice tone="warn">{sentenceOf(preview.error)}</Notice>}
        {preview.data && <Preview answer={preview.data} of={size} />}
      </div>
      {mustType && (
        <TextInput
          label={t('bulk.type', { size })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          inputMode="numeric"
          autoComplete="off"
        />
      )}
    </DrawerForm>
  )
}

/** A preview looks at so many rows at most; of more, at the first of them. */
const previewed = 500

async function firstOf(noun: Noun, target: BulkTarget): Promise<string[]> {
  if ('ids' in target) return target.ids.slice(0, previewed)
  const query = { ...target.filter, fields: 'id', limit: String(previewed) }
  const { data } = await api.get<Page<Row>>(noun.path, { query })
  return data.map((row) => row.id)
}

/** How many it would change, and why not the others; the same refusal is told once. */
function Preview({ answer, of }: { answer: BulkAnswer; of: number }) {
  const { t } = useTranslation()
  if (!('data' in answer)) return null
  const reasons = Map.groupBy(
    answer.data.filter((row) => row.status === 'failed'),
    (row) => row.error?.detail ?? '',
  )
  return (
    <Stack gap="xs">
      <Notice tone="info">
        {t(of > previewed ? 'bulk.previewSome' : 'bulk.preview', {
          done: count(answer.done),
          failed: count(answer.failed),
          some: count(answer.data.length),
        })}
      </Notice>
      {[...reasons].slice(0, 6).map(([reason, rows]) => (
        <Text key={reason} c="dimmed" fz={13}>
          {t('bulk.reason', { total: count(rows.length), reason })}
        </Text>
      ))}
    </Stack>
  )
}
