import { Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, Problem, sentenceOf, type Row } from '../../api.ts'
import { count } from '../../format.ts'
import { isRecord, type Command } from '../../meta.ts'
import { refreshEverything } from '../../query-client.ts'
import { useRehearsal } from '../../resource/Consequences.tsx'
import { DrawerForm } from '../../resource/DrawerForm.tsx'
import { FieldsForm } from '../../resource/FieldsForm.tsx'
import { bodyOf, changesOf, useFormState } from '../../resource/useFormState.ts'
import { Money } from '../../ui/Money.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { notify } from '../../ui/notify.tsx'
import { Facts, Section } from '../../ui/Section.tsx'

type Totals = {
  services: number
  touched: number
  kept: number
  monthly_before: string
  monthly_after: string
  monthly_difference: string
}

/** New prices from a day on, for whom; beside it whom that touches and what it does to the monthly revenue. */
export function PriceChange(props: { tariff: Row; command: Command; onDone: () => void }) {
  const { tariff, command, onDone } = props
  const { t } = useTranslation()
  const [key] = useState(newIdempotencyKey)
  const [initial] = useState(() =>
    Object.fromEntries(
      command.fields.map(({ name, default: usual }) => [name, (isPrice(name) ? tariff[name] : usual) ?? '']),
    ),
  )
  const form = useFormState(command.fields, initial)
  // A price that stays as it is, is none of the change; one that is cleared is no longer sold.
  const only = (wanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(form.values).filter(([name]) => wanted(name)))
  const prices = changesOf(only(isPrice), initial)
  const body = { ...prices, ...bodyOf(only((name) => !isPrice(name))) }
  const path = command.path.replace('{id}', tariff.id)
  const ready = Object.keys(prices).length > 0
  const rehearsal = useRehearsal({ method: 'POST', path, body, ready })
  const change = useMutation({
    mutationFn: () => api.post(path, body, { idempotency_key: key }),
    onSuccess: async () => {
      void notify(t('command.done', { command: command.label, title: String(tariff['title']) }))
      onDone()
      await refreshEverything()
    },
    onError: form.refuse,
  })
  const fields = command.fields.filter(
    ({ name }) => name !== 'effective_existing' || form.values['existing'] === 'date',
  )
  return (
    <DrawerForm
      form={form}
      submit={command.label}
      danger={command.danger}
      pending={change.isPending}
      disabled={!ready}
      onSubmit={() => change.mutate()}
      onCancel={onDone}
    >
      <FieldsForm fields={fields} form={form} focusFirst />
      <Section title={t('price.effect')}>
        <div aria-live="polite" aria-busy={rehearsal.isFetching}>
          <Effect ready={ready} error={rehearsal.error} result={rehearsal.data?.result} />
        </div>
      </Section>
    </DrawerForm>
  )
}

const isPrice = (name: string) => name === 'price' || name.startsWith('price_')

function Effect({ ready, error, result }: { ready: boolean; error: unknown; result: unknown }) {
  const { t } = useTranslation()
  if (!ready) return <Text c="dimmed">{t('price.fill')}</Text>
  if (error)
    return (
      <Notice tone="warn">
        {(error instanceof Problem ? error.errors[0]?.detail : undefined) ?? sentenceOf(error)}
      </Notice>
    )
  if (!isRecord(result) || !isRecord(result['totals'])) return null
  const totals = result['totals'] as Totals // The server's answer to this verb.
  return (
    <Stack gap="sm">
      <Facts
        facts={[
          { label: t('price.touched'), value: count(totals.touched) },
          { label: t('price.kept'), value: count(totals.kept) },
          { label: t('price.before'), value: <Money amount={totals.monthly_before} /> },
          { label: t('price.after'), value: <Money amount={totals.monthly_after} /> },
          {
            label: t('price.difference'),
            value: (
              <strong>
                <Money amount={totals.monthly_difference} owing />
              </strong>
            ),
          },
        ]}
      />
      {totals.services === 0 && <Text c="dimmed">{t('price.onlyNew')}</Text>}
    </Stack>
  )
}
