import { Drawer, Stack, Switch, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, type Row } from '../../api.ts'
import { useNoun } from '../../meta.ts'
import { refreshEverything } from '../../query-client.ts'
import { Consequences } from '../../resource/Consequences.tsx'
import { DrawerForm } from '../../resource/DrawerForm.tsx'
import { RelatedList } from '../../resource/RelatedList.tsx'
import { bodyOf, useFormState } from '../../resource/useFormState.ts'
import { Section } from '../../ui/Section.tsx'
import { controlTags, type ControlTag } from './Standing.tsx'
import classes from './StandingTab.module.css'

/** What holds the engines back from this customer, what is planned for it, and how its status went. */
export function StandingTab({ customer }: { customer: Row }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<ControlTag | null>(null)
  const noun = useNoun('customer')
  const planned = useNoun('scheduled_change')
  const log = useNoun('customer_status_change')
  const may = (verb: string) => noun?.commands.some((command) => command.verb === verb) === true
  return (
    <Stack>
      <Section title={t('standing.tags')}>
        <ul className={classes.tags}>
          {controlTags.map((tag) => {
            const on = customer[tag] === true
            return (
              <li key={tag}>
                <Switch
                  checked={on}
                  disabled={!may(on ? 'remove_tag' : 'add_tag')}
                  onChange={() => setAsked(tag)}
                  label={t(`standing.tag.${tag}.name`)}
                  description={t(`standing.tag.${tag}.does`)}
                />
              </li>
            )
          })}
        </ul>
      </Section>
      {planned?.can.list && (
        <RelatedList
          noun={planned}
          by="customer_id"
          id={customer.id}
          title={t('standing.plannedChanges')}
          actions={<span />}
        />
      )}
      {log?.can.list && (
        <RelatedList
          noun={log}
          by="customer_id"
          id={customer.id}
          title={t('standing.log')}
          actions={<span />}
        />
      )}
      <Drawer
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked && t(`standing.tag.${asked}.name`)}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        {asked && <TagForm tag={asked} customer={customer} onDone={() => setAsked(null)} />}
      </Drawer>
    </Stack>
  )
}

/** Sets or takes off a tag; beside it what the engine that was held back would make up for. */
function TagForm({ tag, customer, onDone }: { tag: ControlTag; customer: Row; onDone: () => void }) {
  const { t } = useTranslation()
  const on = customer[tag] === true
  const path = `/customers/${customer.id}/${on ? 'remove_tag' : 'add_tag'}`
  const [key] = useState(newIdempotencyKey)
  const form = useFormState([], { reason: '' })
  const body = bodyOf({ tag, reason: form.values['reason'] })
  const save = useMutation({
    mutationFn: () => api.post(path, body, { idempotency_key: key }),
    onSuccess: async () => {
      onDone()
      await refreshEverything()
    },
    onError: form.refuse,
  })
  return (
    <DrawerForm
      form={form}
      note={t(on ? `standing.tag.${tag}.off` : `standing.tag.${tag}.does`)}
      submit={t(on ? 'standing.takeOff' : 'standing.setTag')}
      pending={save.isPending}
      onSubmit={() => save.mutate()}
      onCancel={onDone}
    >
      <TextInput
        label={t('standing.reason')}
        value={String(form.values['reason'])}
        onChange={(event) => form.set('reason', event.currentTarget.value)}
        data-autofocus
      />
      <Consequences method="POST" path={path} body={body} ready own={customer.id} />
    </DrawerForm>
  )
}
