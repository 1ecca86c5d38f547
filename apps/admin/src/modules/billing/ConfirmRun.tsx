import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey } from '../../api.ts'
import { count } from '../../format.ts'
import { refreshEverything } from '../../query-client.ts'
import { useMoney } from '../../ui/Money.tsx'
import { useQueryState } from '../../ui/search.ts'
import { ErrorNotice } from '../../ui/Notice.tsx'
import type { BillingRun } from './run.ts'

/** Billing cannot be taken back one by one, so its size is said first and typed. */
export function ConfirmRun({ run }: { run: BillingRun }) {
  const { t } = useTranslation()
  const money = useMoney()
  const [query, setQuery] = useQueryState()
  const close = () => setQuery({ do: undefined })
  const [typed, setTyped] = useState('')
  const [key] = useState(newIdempotencyKey)
  const confirm = useMutation({
    mutationFn: () => api.post(`/billing_runs/${run.id}/confirm`, {}, { idempotency_key: key }),
    onSuccess: async () => {
      close()
      await refreshEverything()
    },
  })
  const size = String(run.invoices)
  return (
    <>
      <Button onClick={() => setQuery({ do: 'confirm' }, true)}>
        {t('run.confirm', { count: run.invoices, total: count(run.invoices) })}
      </Button>
      <Modal
        opened={query['do'] === 'confirm'}
        onClose={close}
        title={t('run.confirmTitle')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (typed === size) confirm.mutate()
          }}
        >
          <Stack>
            <Text>
              {t('run.confirmSize', { invoices: count(run.invoices), total: money(run.total, run.currency) })}
            </Text>
            <ErrorNotice error={confirm.error} />
            <TextInput
              label={t('bulk.type', { size })}
              inputMode="numeric"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              data-autofocus
            />
            <Group gap="xs">
              <Button type="submit" size="sm" disabled={typed !== size} loading={confirm.isPending}>
                {t('run.bill')}
              </Button>
              <Button variant="default" size="sm" onClick={close}>
                {t('form.cancel')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
