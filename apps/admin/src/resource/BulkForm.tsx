import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, sentenceOf } from '../api.ts'
import { count } from '../format.ts'
import { allFields, type Field, type Noun } from '../meta.ts'
import { refreshEverything } from '../query-client.ts'
import { ErrorNotice, Notice } from '../ui/Notice.tsx'
import { BulkOutcome, type BulkAnswer } from './BulkOutcome.tsx'
import { FieldsForm } from './FieldsForm.tsx'
import { bodyOf, isEmpty, useFormState } from './useFormState.ts'

export type BulkOperation = { verb: string; label: string; fields: Field[]; danger: boolean }
type Target = { ids: string[] } | { filter: Record<string, string> }

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
  target: Target
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
  const filled =
    operation.verb === 'update'
      ? Object.keys(input).length > 0
      : fields.every((field) => !field.required || !isEmpty(form.values[field.name]))
  const path = `${noun.path}/bulk`
  const body = { operation: operation.verb, ...target, input }
  const [settled] = useDebouncedValue(JSON.stringify(body), 350)
  const preview = useQuery({
    queryKey: ['dry_run', 'bulk', path, settled],
    queryFn: () => api.post<BulkAnswer>(path, { ...JSON.parse(settled), dry_run: true }),
    // While the person types, what was settled before is not what they ask.
    enabled: filled && settled === JSON.stringify(body),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  })
  const run = useMutation({
    mutationFn: () => api.post<BulkAnswer>(path, body, { idempotency_key: newIdempotencyKey() }),
    onError: form.refuse,
    onSuccess: refreshEverything,
  })
  const mustType = operation.danger || size >= typedFrom
  if (run.data) return <BulkOutcome answer={run.data} onDone={onDone} />

  return (
    <form
      ref={form.formRef}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (
          form.check((field) => t('form.required', { field: field.label })) &&
          (!mustType || typed === String(size))
        )
          run.mutate()
      }}
    >
      <Stack>
        <Text>
          {t('bulk.will', {
            count: size,
            total: count(size),
            what: (size === 1 ? noun.label : noun.label_plural).toLowerCase(),
          })}
        </Text>
        <ErrorNotice error={form.refusal} />
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
          {preview.data && <Preview answer={preview.data} />}
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
        <Group gap="xs">
          <Button
            type="submit"
            size="sm"
            color={operation.danger ? 'red.8' : undefined}
            loading={run.isPending}
            disabled={!filled || (mustType && typed !== String(size))}
          >
            {t('bulk.run', { what: operation.label, total: count(size) })}
          </Button>
          <Button variant="default" size="sm" onClick={onDone}>
            {t('form.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** How many it would change, and why not the others; the same refusal is told once. */
function Preview({ answer }: { answer: BulkAnswer }) {
  const { t } = useTranslation()
  if (!('data' in answer)) return null
  const reasons = Map.groupBy(
    answer.data.filter((row) => row.status === 'failed'),
    (row) => row.error?.detail ?? '',
  )
  return (
    <Stack gap="xs">
      <Notice tone="info">
        {t('bulk.preview', { done: count(answer.done), failed: count(answer.failed) })}
      </Notice>
      {[...reasons].slice(0, 6).map(([reason, rows]) => (
        <Text key={reason} c="dimmed" fz={13}>
          {t('bulk.reason', { total: count(rows.length), reason })}
        </Text>
      ))}
    </Stack>
  )
}
