import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, Problem, type Row } from '../../api.ts'
import { humanise } from '../../format.ts'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { refreshEverything } from '../../query-client.ts'
import { UnsavedGuard } from '../../resource/UnsavedGuard.tsx'
import { FormLayout } from '../../ui/FormLayout.tsx'
import { LinkButton, useGo } from '../../ui/Link.tsx'
import { notify } from '../../ui/notify.tsx'
import { ProgressMeter } from '../../ui/ProgressMeter.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'
import { CustomFieldInputs } from './CustomFieldInputs.tsx'
import { CustomFieldPreview } from './CustomFieldPreview.tsx'
import { IndexStatus } from './CustomFieldsPage.tsx'
import { blankCustomField, customFieldBody, customFieldOf, type CustomField } from './customField.ts'

/** A field of one's own on a noun that has room for it. */
export function NewCustomFieldPage() {
  const [query] = useQueryState()
  return <CustomFieldForm initial={{ ...blankCustomField, noun: query['noun'] ?? 'customer' }} />
}

export function EditCustomFieldPage() {
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  const { data } = useSuspenseQuery({
    queryKey: ['edit', 'custom_field', id],
    queryFn: () => api.get<Row>(`/custom_fields/${id}`),
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data?.['index_status'] === 'indexing' ? 1000 : false),
  })
  return <CustomFieldForm key={id} row={data} initial={customFieldOf(data)} />
}

function CustomFieldForm({ row, initial }: { row?: Row; initial: CustomField }) {
  const { t } = useTranslation()
  const noun = useNoun('custom_field')
  const go = useGo()
  // What is typed is not replaced when the index goes on.
  const [first] = useState(initial)
  const [field, setField] = useState(initial)
  const save = useMutation({
    mutationFn: () =>
      row
        ? api.patch<Row>(`/custom_fields/${row.id}`, customFieldBody(field, true))
        : api.post<Row>('/custom_fields', customFieldBody(field, false)),
    onSuccess: async () => {
      void notify(t('customField.saved', { label: field.label || humanise(field.name) }))
      if (noun) await go(paths.list(noun), { replace: true, ignoreBlocker: true })
      await refreshEverything()
    },
  })
  if (!noun || (row ? !noun.can.update : !noun.can.create)) return <MissingScreen />
  const errors =
    save.error instanceof Problem
      ? Object.fromEntries(save.error.errors.map((error) => [error.field, error.detail]))
      : {}
  return (
    <FormLayout
      title={
        row ? t('customField.edit', { label: first.label || humanise(first.name) }) : t('customField.new')
      }
      back={{ href: paths.list(noun), label: t('customField.title') }}
      refusal={Object.keys(errors).length > 0 ? null : save.error}
      onSubmit={() => save.mutate()}
      aside={
        <Stack gap="md">
          <CustomFieldPreview field={field} />
          {row && row['index_status'] !== 'none' && (
            <div>
              <Text component="div" fz={13}>
                <IndexStatus row={row} />
              </Text>
              {row['index_status'] === 'indexing' && (
                <ProgressMeter
                  done={Number(row['index_done'])}
                  total={Number(row['index_total'] ?? 0)}
                  running
                  label={t('customField.status')}
                />
              )}
            </div>
          )}
          <Text c="dimmed">{t('customField.help')}</Text>
        </Stack>
      }
      buttons={
        <Group gap="xs">
          <Button type="submit" size="sm" loading={save.isPending} disabled={field.name === ''}>
            {row ? t('customField.save') : t('customField.create')}
          </Button>
          <LinkButton href={paths.list(noun)} size="sm" variant="default">
            {t('form.cancel')}
          </LinkButton>
          {row && noun.can.delete && <Remove row={row} label={first.label || humanise(first.name)} />}
        </Group>
      }
    >
      <CustomFieldInputs field={field} onChange={setField} errors={errors} stored={row !== undefined} />
      <UnsavedGuard
        dirty={JSON.stringify(field) !== JSON.stringify(first) && !save.isPending && !save.isSuccess}
      />
    </FormLayout>
  )
}

function Remove({ row, label }: { row: Row; label: string }) {
  const { t } = useTranslation()
  const go = useGo()
  const noun = useNoun('custom_field')
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => api.delete(`/custom_fields/${row.id}`),
    onSuccess: async () => {
      void notify(t('customField.removed', { label }))
      if (noun) await go(paths.list(noun), { replace: true, ignoreBlocker: true })
      await refreshEverything()
    },
  })
  return (
    <>
      <Button size="sm" variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t('customField.remove')}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('customField.removeTitle', { label })}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <Stack gap="md">
          <Text>{t('customField.removeHelp')}</Text>
          <Group gap="xs">
            <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
              {t('customField.remove')}
            </Button>
            <Button variant="default" onClick={() => setAsking(false)}>
              {t('form.cancel')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
