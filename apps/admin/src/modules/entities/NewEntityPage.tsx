import { Button, Fieldset, Group, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, Problem } from '../../api.ts'
import { metaQuery, useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { queryClient } from '../../query-client.ts'
import { UnsavedGuard } from '../../resource/UnsavedGuard.tsx'
import { FormLayout } from '../../ui/FormLayout.tsx'
import { LinkButton, useGo } from '../../ui/Link.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { FieldDesigner } from './FieldDesigner.tsx'
import { blankField, fieldBody, nameFrom, type DesignedField } from './fields.ts'
import { notify } from '../../ui/notify.tsx'

/** A noun of one's own: a real table, with list, page, form, permissions and API as soon as it is saved. */
export function NewEntityPage() {
  const { t } = useTranslation()
  const noun = useNoun('entity')
  const go = useGo()
  const [label, setLabel] = useState('')
  const [name, setName] = useState('')
  const [fields, setFields] = useState<DesignedField[]>([blankField])
  const create = useMutation({
    mutationFn: () => api.post('/entities', { name, label, fields: fields.map(fieldBody) }),
    onSuccess: async () => {
      void notify(t('entity.created', { label }))
      await queryClient.invalidateQueries({ queryKey: metaQuery.queryKey })
      const { nouns } = await queryClient.fetchQuery(metaQuery)
      const made = nouns.find((one) => one.name === name)
      if (made) await go(paths.list(made), { replace: true, ignoreBlocker: true })
    },
  })
  if (!noun?.can.create) return <MissingScreen />
  const named = create.error instanceof Problem ? create.error.errors : []
  const errors = Object.fromEntries(
    named.map((error) => [error.field.replaceAll(/\[(\d+)\]/g, '.$1'), error.detail]),
  )
  const replace = (index: number, field: DesignedField) =>
    setFields(fields.map((one, at) => (at === index ? field : one)))
  return (
    <FormLayout
      title={t('entity.new')}
      back={{ href: paths.list(noun), label: noun.label_plural }}
      refusal={create.error}
      onSubmit={() => create.mutate()}
      aside={<Text c="dimmed">{t('entity.help')}</Text>}
      buttons={
        <Group gap="xs">
          <Button
            type="submit"
            size="sm"
            loading={create.isPending}
            disabled={label === '' || name === '' || fields.some((field) => field.name === '')}
          >
            {t('entity.create')}
          </Button>
          <LinkButton href={paths.list(noun)} size="sm" variant="default">
            {t('form.cancel')}
          </LinkButton>
        </Group>
      }
    >
      <TextInput
        name="label"
        label={t('entity.label')}
        description={t('entity.labelHelp')}
        required
        value={label}
        error={errors['label']}
        onChange={(event) => {
          if (name === nameFrom(label)) setName(nameFrom(event.currentTarget.value))
          setLabel(event.currentTarget.value)
        }}
      />
      <TextInput
        name="name"
        label={t('entity.name')}
        description={t('entity.nameHelp', { name: name || 'vehicle' })}
        required
        value={name}
        error={errors['name']}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {fields.map((field, index) => (
        <Fieldset key={index} legend={field.label || t('entity.field', { number: index + 1 })}>
          <FieldDesigner
            field={field}
            prefix={`fields.${index}.`}
            errors={errors}
            onChange={(next) => replace(index, next)}
          />
          {fields.length > 1 && (
            <Button
              mt="sm"
              variant="subtle"
              color="gray"
              leftSection={<IconTrash size={14} />}
              onClick={() => setFields(fields.filter((_, at) => at !== index))}
            >
              {t('entity.removeField')}
            </Button>
          )}
        </Fieldset>
      ))}
      <div>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setFields([...fields, blankField])}
        >
          {t('entity.addField')}
        </Button>
      </div>
      <UnsavedGuard dirty={label !== '' && !create.isSuccess && !create.isPending} />
    </FormLayout>
  )
}
