import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Row } from '../api.ts'
import { titleOf, type Command, type Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { refreshEverything } from '../query-client.ts'
import { useGo } from '../ui/Link.tsx'
import { ErrorNotice } from '../ui/Notice.tsx'
import { Consequences } from './Consequences.tsx'
import { FieldsForm } from './FieldsForm.tsx'
import { bodyOf, isEmpty, useFormState } from './useFormState.ts'
import { notify } from '../ui/notify.ts'

/** A command on one row: what it needs, and live what it would do. */
export function CommandForm({
  noun,
  command,
  row,
  onDone,
}: {
  noun: Noun
  command: Command
  row: Row
  onDone: () => void
}) {
  const { t } = useTranslation()
  const go = useGo()
  const [initial] = useState(() =>
    Object.fromEntries(command.fields.map((field) => [field.name, field.default ?? ''])),
  )
  const form = useFormState(command.fields, initial)
  const path = command.path.replace('{id}', row.id)
  const removes = command.verb === 'delete'
  const run = useMutation({
    mutationFn: () => (removes ? api.delete(path) : api.post(path, bodyOf(form.values))),
    onSuccess: async () => {
      void notify(t('command.done', { command: command.label, title: titleOf(noun, row) }))
      if (removes) await go(paths.list(noun), { replace: true })
      else onDone()
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
        <Text c="dimmed">{command.help ?? titleOf(noun, row)}</Text>
        <ErrorNotice error={form.refusal} />
        <FieldsForm fields={command.fields} form={form} focusFirst />
        {!removes && <Consequences method="POST" path={path} body={bodyOf(form.values)} ready={ready} />}
        <Group gap="xs">
          <Button
            type="submit"
            size="sm"
            color={command.danger ? 'red.8' : undefined}
            loading={run.isPending}
            data-autofocus={command.fields.length === 0 || undefined}
          >
            {removes ? t('page.delete') : command.label}
          </Button>
          <Button variant="default" size="sm" onClick={onDone}>
            {t('form.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
