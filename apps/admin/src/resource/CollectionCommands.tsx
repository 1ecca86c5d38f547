import { Button, Drawer, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../api.ts'
import type { Command, Noun } from '../meta.ts'
import { refreshEverything } from '../query-client.ts'
import { ErrorNotice } from '../ui/Notice.tsx'
import { useQueryState } from '../ui/search.ts'
import { Consequences } from './Consequences.tsx'
import { FieldsForm } from './FieldsForm.tsx'
import { bodyOf, isEmpty, useFormState } from './useFormState.ts'

/** Commands on the noun as a whole, beside its list. Making one is the create button's business. */
export function CollectionCommands({ noun }: { noun: Noun }) {
  const { t } = useTranslation()
  const [query, setQuery] = useQueryState()
  const commands = noun.commands.filter((command) => command.on === 'collection' && command.verb !== 'create')
  const open = commands.find((command) => command.verb === query['do'])
  const close = () => setQuery({ do: undefined })
  return (
    <>
      {commands.map((command) => (
        <Button key={command.verb} variant="default" onClick={() => setQuery({ do: command.verb }, true)}>
          {command.label}
        </Button>
      ))}
      <Drawer opened={open !== undefined} onClose={close} title={open?.label} closeButtonProps={{ 'aria-label': t('common.close') }}>
        {open && <CollectionForm key={open.verb} command={open} onDone={close} />}
      </Drawer>
    </>
  )
}

function CollectionForm({ command, onDone }: { command: Command; onDone: () => void }) {
  const { t } = useTranslation()
  const [initial] = useState(() => Object.fromEntries(command.fields.map((field) => [field.name, field.default ?? ''])))
  const form = useFormState(command.fields, initial)
  const run = useMutation({
    mutationFn: () => api.post(command.path, bodyOf(form.values)),
    onSuccess: async () => {
      notifications.show({ message: t('command.doneAll', { command: command.label }) })
      onDone()
      await refreshEverything()
    },
    onError: form.refuse,
  })
  const ready = command.fields.every((field) => !field.required || !isEmpty(form.values[field.name]))
  return (
    <form ref={form.formRef} noValidate onSubmit={(event) => { event.preventDefault(); if (form.check((field) => t('form.required', { field: field.label }))) run.mutate() }}>
      <Stack>
        {command.help && <Text c="dimmed">{command.help}</Text>}
        <ErrorNotice error={form.refusal} />
        <FieldsForm fields={command.fields} form={form} />
        <Consequences method="POST" path={command.path} body={bodyOf(form.values)} ready={ready} />
        <Group gap="xs">
          <Button type="submit" size="sm" color={command.danger ? 'red.8' : undefined} loading={run.isPending}>{command.label}</Button>
          <Button variant="default" size="sm" onClick={onDone}>{t('form.cancel')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
