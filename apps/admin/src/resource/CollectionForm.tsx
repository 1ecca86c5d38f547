import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../api.ts'
import type { Command } from '../meta.ts'
import { refreshEverything } from '../query-client.ts'
import { ErrorNotice } from '../ui/Notice.tsx'
import { Consequences } from './Consequences.tsx'
import { FieldsForm } from './FieldsForm.tsx'
import { bodyOf, isEmpty, useFormState } from './useFormState.ts'
import { notify } from '../ui/notify.ts'

/** A command on a noun as a whole: what it needs, and live what it would do. */
export function CollectionForm({ command, onDone }: { command: Command; onDone: () => void }) {
  const { t } = useTranslation()
  const [initial] = useState(() =>
    Object.fromEntries(command.fields.map((field) => [field.name, field.default ?? ''])),
  )
  const form = useFormState(command.fields, initial)
  const run = useMutation({
    mutationFn: () => api.post(command.path, bodyOf(form.values)),
    onSuccess: async () => {
      void notify(t('command.doneAll', { command: command.label }))
      onDone()
      await refreshEverything()
    },
    onError: form.refuse,
  })
  const ready = command.fields.every((field) => !field.required || !isEmpty(form.values[field.name]))
  return (
    <form
      ref={form.formRef}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (form.check((field) => t('form.required', { field: field.label }))) run.mutate()
      }}
    >
      <Stack>
        {command.help && <Text c="dimmed">{command.help}</Text>}
        <ErrorNotice error={form.refusal} />
        <FieldsForm fields={command.fields} form={form} focusFirst />
        <Consequences method="POST" path={command.path} body={bodyOf(form.values)} ready={ready} />
        <Group gap="xs">
          <Button
            type="submit"
            size="sm"
            color={command.danger ? 'red.8' : undefined}
            loading={run.isPending}
          >
            {command.label}
          </Button>
          <Button variant="default" size="sm" onClick={onDone}>
            {t('form.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
