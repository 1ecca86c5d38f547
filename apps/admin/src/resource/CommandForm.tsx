import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, type Row } from '../api.ts'
import { titleOf, type Command, type Noun } from '../meta.ts'
import { paths } from '../paths.ts'
import { refreshEverything } from '../query-client.ts'
import { useGo } from '../ui/Link.tsx'
import { useQueryState } from '../ui/search.ts'
import { notify } from '../ui/notify.tsx'
import { Consequences } from './Consequences.tsx'
import { DrawerForm } from './DrawerForm.tsx'
import { FieldsForm } from './FieldsForm.tsx'
import { bodyOf, isReady, useFormState } from './useFormState.ts'

type Props = {
  noun: Noun
  command: Command
  /** The row it acts on; without one it acts on the noun as a whole. */
  row?: Row
  onDone: () => void
}

/** A command: what it needs, and live what it would do. */
export function CommandForm({ noun, command, row, onDone }: Props) {
  const { t } = useTranslation()
  const go = useGo()
  // Fields named in the address are filled: `?do=cancel_change&change_id=…`.
  const [query] = useQueryState()
  const [initial] = useState(() =>
    Object.fromEntries(
      command.fields.map((field) => [
        field.name,
        (row ? query[field.name] : undefined) ?? field.default ?? '',
      ]),
    ),
  )
  const [key] = useState(newIdempotencyKey)
  const form = useFormState(command.fields, initial)
  const path = row ? command.path.replace('{id}', row.id) : command.path
  const removes = command.verb === 'delete'
  const run = useMutation({
    mutationFn: () =>
      removes ? api.delete(path) : api.post(path, bodyOf(form.values), { idempotency_key: key }),
    onSuccess: async () => {
      void notify(
        row
          ? t('command.done', { command: command.label, title: titleOf(noun, row) })
          : t('command.doneAll', { command: command.label }),
      )
      if (removes) await go(paths.list(noun), { replace: true })
      else onDone()
      await refreshEverything()
    },
    onError: form.refuse,
  })
  return (
    <DrawerForm
      form={form}
      note={command.help ?? (row && titleOf(noun, row))}
      submit={removes ? t('page.delete') : command.label}
      danger={command.danger}
      pending={run.isPending}
      focusSubmit={command.fields.length === 0}
      onSubmit={() => run.mutate()}
      onCancel={onDone}
    >
      <FieldsForm fields={command.fields} form={form} focusFirst />
      {!removes && (
        <Consequences
          method="POST"
          path={path}
          body={bodyOf(form.values)}
          ready={isReady(command.fields, form.values)}
        />
      )}
    </DrawerForm>
  )
}
