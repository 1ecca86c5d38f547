import { Button, Group, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Row } from '../../api.ts'
import { tenantToday } from '../../format.ts'
import { useMeta, useNoun, type Field } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { refreshEverything } from '../../query-client.ts'
import { useFormState } from '../../resource/useFormState.ts'
import { FormLayout } from '../../ui/FormLayout.tsx'
import { LinkButton, useGo } from '../../ui/Link.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'

export function NewBillingRunPage() {
  const { t } = useTranslation()
  const noun = useNoun('billing_run')
  const { tenant } = useMeta()
  const go = useGo()
  const fields = useMemo<Field[]>(
    () => [{ name: 'date', label: t('run.date'), kind: 'date', required: true }],
    [t],
  )
  const form = useFormState(fields, { date: tenantToday(tenant) })
  const create = useMutation({
    mutationFn: () => api.post<Row>('/billing_runs', { date: form.values['date'] }),
    onSuccess: async (run) => {
      await go(paths.billingRun(run.id), { replace: true })
      await refreshEverything()
    },
    onError: form.refuse,
  })
  if (!noun?.can.create) return <MissingScreen />
  return (
    <FormLayout
      title={t('run.new')}
      back={{ href: paths.list(noun), label: noun.label_plural }}
      refusal={form.refusal}
      formRef={form.formRef}
      onSubmit={() => form.check((field) => t('form.required', { field: field.label })) && create.mutate()}
      aside={<Text c="dimmed">{t('run.aboutPreview')}</Text>}
      buttons={
        <Group gap="xs">
          <Button type="submit" size="sm" loading={create.isPending}>
            {t('run.preview')}
          </Button>
          <LinkButton href={paths.list(noun)} size="sm" variant="default">
            {t('form.cancel')}
          </LinkButton>
        </Group>
      }
    >
      <TextInput
        name="date"
        type="date"
        required
        label={t('run.date')}
        description={t('run.dateHelp')}
        value={String(form.values['date'] ?? '')}
        error={form.errors['date']}
        onChange={(event) => form.set('date', event.currentTarget.value)}
      />
    </FormLayout>
  )
}
