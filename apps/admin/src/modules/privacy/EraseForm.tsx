import { Button, Group, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, sentenceOf, type Row } from '../../api.ts'
import { count, date } from '../../format.ts'
import { refreshEverything } from '../../query-client.ts'
import { useRehearsal } from '../../resource/Consequences.tsx'
import { ErrorNotice, Notice } from '../../ui/Notice.tsx'
import { notify } from '../../ui/notify.tsx'
import { Section } from '../../ui/Section.tsx'

type Erasure = {
  report: { noun: string; label: string; rows: number; done: 'erased' | 'deleted' | 'sealed' | 'kept' }[]
  keep_until: string | null
}

/** Nothing of it can be taken back: what would go is shown first, and the customer's number typed. */
export function EraseForm({ customer, onDone }: { customer: Row; onDone: () => void }) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const [key] = useState(newIdempotencyKey)
  const path = `/customers/${customer.id}/erase`
  const number = String(customer['number'])
  // The reason changes nothing of what would go, so it is asked once.
  const rehearsal = useRehearsal({ method: 'POST', path, body: { reason: '…' }, ready: true })
  const erase = useMutation({
    mutationFn: () => api.post(path, { reason }, { idempotency_key: key }),
    onSuccess: async () => {
      void notify(t('privacy.done', { number }))
      onDone()
      await refreshEverything()
    },
  })
  const ready = reason.trim() !== '' && typed.trim() === number && rehearsal.data !== undefined
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) erase.mutate()
      }}
    >
      <Stack>
        <Text>{t('privacy.eraseNote')}</Text>
        {rehearsal.error ? (
          <Notice tone="warn">{sentenceOf(rehearsal.error)}</Notice>
        ) : (
          <>
            <Section title={t('privacy.would')}>
              <div aria-live="polite" aria-busy={rehearsal.isFetching}>
                {rehearsal.data ? (
                  <Report erasure={rehearsal.data.result as Erasure} />
                ) : (
                  <Stack gap={8}>
                    <Skeleton h={12} w="70%" />
                    <Skeleton h={12} w="50%" />
                  </Stack>
                )}
              </div>
            </Section>
            <ErrorNotice error={erase.error} />
            <TextInput
              label={t('privacy.reason')}
              description={t('privacy.reasonHelp')}
              required
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              data-autofocus
            />
            <TextInput
              label={t('privacy.type', { number })}
              autoComplete="off"
              required
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          </>
        )}
        <Group gap="xs">
          {!rehearsal.error && (
            <Button type="submit" size="sm" color="red" disabled={!ready} loading={erase.isPending}>
              {t('privacy.erase')}
            </Button>
          )}
          <Button variant="default" size="sm" onClick={onDone}>
            {t('form.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Report({ erasure }: { erasure: Erasure }) {
  const { t } = useTranslation()
  return (
    <Stack gap="sm">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('privacy.what')}</Table.Th>
            <Table.Th ta="right">{t('privacy.rows')}</Table.Th>
            <Table.Th>{t('privacy.becomes')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {erasure.report.map((one) => (
            <Table.Tr key={one.noun}>
              <Table.Td>{one.label}</Table.Td>
              <Table.Td ta="right">{count(one.rows)}</Table.Td>
              <Table.Td>{t(`privacy.becoming.${one.done}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {erasure.keep_until && (
        <Text c="dimmed" fz={13}>
          {t('privacy.sealedUntil', { date: date(erasure.keep_until) })}
        </Text>
      )}
    </Stack>
  )
}
