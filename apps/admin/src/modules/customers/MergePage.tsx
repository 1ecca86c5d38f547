import { Button, Group, Table, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, sentenceOf, type Row } from '../../api.ts'
import { count } from '../../format.ts'
import { fieldNamed, isRecord, useMeta, useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { refreshEverything } from '../../query-client.ts'
import { useRehearsal } from '../../resource/Consequences.tsx'
import { ReferencePicker } from '../../resource/ReferencePicker.tsx'
import { referencesAmong } from '../../resource/useList.ts'
import { useRow } from '../../resource/useRow.ts'
import { Value } from '../../resource/Value.tsx'
import { FormLayout } from '../../ui/FormLayout.tsx'
import { LinkButton, useGo } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { notify } from '../../ui/notify.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { Section } from '../../ui/Section.tsx'
import classes from './MergePage.module.css'

type Merged = {
  customer_move_id: string
  moved: { noun: string; rows: number }[]
  balance_moved: string
  balance: string
  warnings: string[]
}

/** Makes one customer of two: both side by side, what would come over, and a day to take it back. */
export function MergePage() {
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  const noun = useNoun('customer')
  const able = noun?.commands.some((command) => command.verb === 'merge')
  return noun && able ? <Merge key={id} noun={noun} id={id} /> : <MissingScreen />
}

function Merge({ noun, id }: { noun: Noun; id: string }) {
  const { t } = useTranslation()
  const go = useGo()
  const customer = useRow(noun, id)
  const [key] = useState(newIdempotencyKey)
  const [other_id, setOther] = useState<string | null>(null)
  const [reason, setReason] = useState('')
  const other = useQuery({
    queryKey: ['merge_other', other_id],
    queryFn: () =>
      api.get<Row>(`/customers/${other_id}`, { query: { include: referencesAmong(noun, compared) } }),
    enabled: other_id !== null,
  })
  const path = `/customers/${id}/merge`
  const body = { from_customer_id: other_id, ...(reason ? { reason } : {}) }
  const rehearsal = useRehearsal({ method: 'POST', path, body, ready: other_id !== null })
  const undo = async (move_id: string) => {
    await api
      .post(`/customer_moves/${move_id}/undo`, {}, { idempotency_key: newIdempotencyKey() })
      .catch((error: unknown) => notify(sentenceOf(error)))
    await refreshEverything()
  }
  const merge = useMutation({
    mutationFn: () => api.post<Merged>(path, body, { idempotency_key: key }),
    onSuccess: async (merged) => {
      await refreshEverything()
      await go(paths.customer(id), { replace: true })
      void notify(t('merge.done', { name: String(other.data?.['name'] ?? '') }), {
        label: t('merge.undo'),
        run: () => void undo(merged.customer_move_id),
      })
    },
  })
  const result = other_id !== null && isMerged(rehearsal.data?.result) ? rehearsal.data.result : undefined
  return (
    <FormLayout
      title={t('merge.title', { name: String(customer['name']) })}
      back={{ href: paths.customer(id), label: String(customer['name']) }}
      refusal={merge.error}
      onSubmit={() => result && merge.mutate()}
      aside={
        <Section title={t('merge.moves')}>
          <div aria-live="polite" aria-busy={rehearsal.isFetching}>
            {other_id === null && <Text c="dimmed">{t('merge.choose')}</Text>}
            {other_id !== null && rehearsal.error && (
              <Notice tone="warn">{sentenceOf(rehearsal.error)}</Notice>
            )}
            {result && !rehearsal.error && <WhatMoves result={result} currency={customer['currency']} />}
          </div>
        </Section>
      }
      buttons={
        <Group gap="xs">
          <Button
            type="submit"
            size="sm"
            color="red.8"
            loading={merge.isPending}
            disabled={!result || rehearsal.error !== null}
          >
            {t('merge.do')}
          </Button>
          <LinkButton href={paths.customer(id)} size="sm" variant="default">
            {t('form.cancel')}
          </LinkButton>
        </Group>
      }
    >
      <ReferencePicker
        to="customer"
        label={t('merge.other')}
        description={t('merge.otherHelp')}
        value={other_id}
        required
        onChange={(next) => setOther(next === id ? null : next)}
      />
      <TextInput
        label={t('standing.reason')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <SideBySide noun={noun} stays={customer} goes={other_id === null ? undefined : other.data} />
    </FormLayout>
  )
}

const compared = [
  'number',
  'name',
  'status',
  'category',
  'email',
  'phone',
  'street',
  'city',
  'tax_id',
  'partner_id',
  'parent_id',
  'label_ids',
  'external_id',
  'balance',
  'billing_day',
  'next_billing_on',
]

/** The one that stays keeps what it says of itself; what the other says otherwise stands out, because it is left behind. */
function SideBySide({ noun, stays, goes }: { noun: Noun; stays: Row; goes: Row | undefined }) {
  const { t } = useTranslation()
  return (
    <Table.ScrollContainer minWidth={360} className={classes.table}>
      <Table aria-label={t('merge.sideBySide')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            <Table.Th>{t('merge.stays')}</Table.Th>
            <Table.Th>{t('merge.goes')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {compared.flatMap((name) => {
            const field = fieldNamed(noun, name)
            if (!field) return []
            const said = String(goes?.[name] ?? '')
            const differs = said !== '' && said !== String(stays[name] ?? '')
            return [
              <Table.Tr key={name} data-differs={differs || undefined}>
                <Table.Th scope="row">{field.label}</Table.Th>
                <Table.Td>
                  <Value field={field} value={stays[name]} refs={stays._refs} currency={stays['currency']} />
                </Table.Td>
                <Table.Td>
                  {goes && (
                    <Value field={field} value={goes[name]} refs={goes._refs} currency={goes['currency']} />
                  )}
                </Table.Td>
              </Table.Tr>,
            ]
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function WhatMoves({ result, currency }: { result: Merged; currency: unknown }) {
  const { t } = useTranslation()
  const { nouns } = useMeta()
  const called = (name: string) => nouns.find((noun) => noun.name === name)?.label_plural ?? name
  return (
    <>
      <dl className={classes.moves}>
        {result.moved.map(({ noun, rows }) => (
          <div key={noun}>
            <dt>{called(noun)}</dt>
            <dd>{count(rows)}</dd>
          </div>
        ))}
        <div>
          <dt>{t('merge.balance')}</dt>
          <dd>
            <Money amount={result.balance_moved} currency={currency} owing />
          </dd>
        </div>
        <div>
          <dt>{t('merge.balanceAfter')}</dt>
          <dd>
            <Money amount={result.balance} currency={currency} owing />
          </dd>
        </div>
      </dl>
      {result.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      <Text c="dimmed" fz={13} mt="sm">
        {t('merge.aDay')}
      </Text>
    </>
  )
}

function isMerged(value: unknown): value is Merged {
  return isRecord(value) && Array.isArray(value['moved']) && Array.isArray(value['warnings'])
}
