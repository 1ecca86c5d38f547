import { Button, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice } from '../ui/Notice.tsx'
import type { FormState } from './useFormState.ts'

type Props = {
  form: FormState
  /** What this is about, above everything. */
  note?: ReactNode
  /** The verb, on its button. */
  submit: ReactNode
  danger?: boolean | undefined
  pending: boolean
  disabled?: boolean
  /** Takes the focus where there is nothing to fill in. */
  focusSubmit?: boolean
  onSubmit: () => void
  onCancel: () => void
  children: ReactNode
}

/** A form over a page: refusals on top, what it needs, what it will do, the verb and the way out. Sent only when what it needs is there. */
export function DrawerForm({ form, note, submit, danger, pending, disabled, focusSubmit, ...props }: Props) {
  const { t } = useTranslation()
  return (
    <form
      ref={form.formRef}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (form.check((field) => t('form.required', { field: field.label }))) props.onSubmit()
      }}
    >
      <Stack>
        {typeof note === 'string' ? <Text c="dimmed">{note}</Text> : note}
        <ErrorNotice error={form.refusal} />
        {props.children}
        <Group gap="xs">
          <Button
            type="submit"
            size="sm"
            color={danger ? 'red.8' : undefined}
            loading={pending}
            disabled={disabled ?? false}
            data-autofocus={focusSubmit || undefined}
          >
            {submit}
          </Button>
          <Button variant="default" size="sm" onClick={props.onCancel}>
            {t('form.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
