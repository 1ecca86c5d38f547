import { Button, Group, NativeSelect, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, Problem } from '../../api.ts'
import { useMeta, useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { queryClient } from '../../query-client.ts'
import { FormLayout } from '../../ui/FormLayout.tsx'
import { LinkButton, useGo } from '../../ui/Link.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { FieldDesigner } from './FieldDesigner.tsx'
import { blankField, fieldBody } from './fields.ts'
import { notify } from '../../ui/notify.tsx'

/** A field of one's own on a noun that has room for it. */
export function NewCustomFieldPage() {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const noun = useNoun('custom_field')
  const go = useGo()
  const hosts = nouns.filter(
    (one) =>
      !one.custom &&
      ((one.custom_fields !== undefined && one.fields.some((field) => field.name === 'custom')) ||
        one.name === 'customer'),
  )
  const [host, setHost] = useState('customer')
  const [field, setField] = useState(blankField)
  const create = useMutation({
    mutationFn: () => api.post('/custom_fields', { noun: host, ...fieldBody(field) }),
    onSuccess: async () => {
      void notify(t('form.created', { title: field.label }))
      await queryClient.invalidateQueries()
      if (noun) await go(paths.list(noun), { replace: true })
    },
  })
  if (!noun?.can.create) return <MissingScreen />
  const errors =
    create.error instanceof Problem
      ? Object.fromEntries(create.error.errors.map((error) => [error.field, error.detail]))
      : {}
  return (
    <FormLayout
      title={t('customField.new')}
      back={{ href: paths.list(noun), label: noun.label_plural }}
      refusal={create.error}
      onSubmit={() => create.mutate()}
      aside={<Text c="dimmed">{t('customField.help')}</Text>}
      buttons={
        <Group gap="xs">
          <Button
            type="submit"
            size="sm"
            loading={create.isPending}
            disabled={field.name === '' || field.label === ''}
          >
            {t('customField.create')}
          </Button>
          <LinkButton href={paths.list(noun)} size="sm" variant="default">
            {t('form.cancel')}
          </LinkButton>
        </Group>
      }
    >
      <NativeSelect
        name="noun"
        label={t('customField.noun')}
        value={host}
        error={errors['noun']}
        onChange={(event) => setHost(event.currentTarget.value)}
        data={hosts.map((one) => ({ value: one.name, label: one.label }))}
      />
      <FieldDesigner references={false} field={field} onChange={setField} errors={errors} />
    </FormLayout>
  )
}
