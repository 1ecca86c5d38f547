import { NativeSelect, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, type Row } from '../../api.ts'
import type { Noun } from '../../meta.ts'
import { refreshEverything } from '../../query-client.ts'
import { DrawerForm } from '../../resource/DrawerForm.tsx'
import { FieldInput } from '../../resource/FieldInput.tsx'
import { FieldsForm } from '../../resource/FieldsForm.tsx'
import { bodyOf, isReady, useFormState } from '../../resource/useFormState.ts'
import { usePeople } from './people.ts'

/** The latest word of somebody about a purpose and a channel. */
export type Said = Row & {
  purpose: string
  channel: string | null
  contact_id: string | null
  status: 'given' | 'withdrawn'
  obtained_by: string
  at: string
  wording: string | null
}

type FormProps = { noun: Noun; customer_id: string; onDone: () => void }

/** Somebody agreed, or took it back: to what, by which channel, when, and how we know. */
export function RecordConsent({ noun, customer_id, onDone }: FormProps) {
  const { t } = useTranslation()
  const people = usePeople(customer_id)
  const fields = (noun.create_fields ?? []).filter(
    (field) => !['customer_id', 'contact_id'].includes(field.name),
  )
  const form = useFormState(fields, { contact_id: '', status: 'given' })
  const save = useSaying(onDone, form.refuse)
  return (
    <DrawerForm
      form={form}
      submit={t('consent.record')}
      pending={save.isPending}
      disabled={!isReady(fields, form.values)}
      onSubmit={() => save.mutate(bodyOf({ ...form.values, customer_id }))}
      onCancel={onDone}
    >
      <NativeSelect
        label={t('consent.who')}
        value={String(form.values['contact_id'] ?? '')}
        onChange={(event) => form.set('contact_id', event.currentTarget.value)}
        data={[
          { value: '', label: t('consent.everybody') },
          ...[...people].map(([value, label]) => ({ value, label })),
        ]}
      />
      <FieldsForm fields={fields} form={form} focusFirst />
    </DrawerForm>
  )
}

export function WithdrawConsent({ noun, said, customer_id, onDone }: FormProps & { said: Said }) {
  const { t } = useTranslation()
  const how = noun.create_fields?.find((field) => field.name === 'obtained_by')
  const form = useFormState(how ? [how] : [], { obtained_by: 'phone', wording: '' })
  const save = useSaying(onDone, form.refuse)
  const { purpose, channel, contact_id } = said
  return (
    <DrawerForm
      form={form}
      note={t('consent.withdrawNote')}
      submit={t('consent.withdraw')}
      danger
      pending={save.isPending}
      onSubmit={() =>
        save.mutate(
          bodyOf({ ...form.values, customer_id, purpose, channel, contact_id, status: 'withdrawn' }),
        )
      }
      onCancel={onDone}
    >
      {how && (
        <FieldInput
          field={{ ...how, label: t('consent.toldBy') }}
          value={form.values['obtained_by']}
          error={form.errors['obtained_by']}
          onChange={(value) => form.set('obtained_by', value)}
          focus
        />
      )}
      <Textarea
        label={t('consent.words')}
        autosize
        minRows={2}
        value={String(form.values['wording'] ?? '')}
        onChange={(event) => form.set('wording', event.currentTarget.value)}
      />
    </DrawerForm>
  )
}

function useSaying(onDone: () => void, refuse: (error: unknown) => void) {
  const [key] = useState(newIdempotencyKey)
  return useMutation({
    mutationFn: (body: Record<string, unknown>) => api.post('/consents', body, { idempotency_key: key }),
    onSuccess: async () => {
      onDone()
      await refreshEverything()
    },
    onError: refuse,
  })
}
