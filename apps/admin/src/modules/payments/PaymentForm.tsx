import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, type Row } from '../../api.ts'
import { date, money, tenantToday } from '../../format.ts'
import { useMeta, useNoun, type Field } from '../../meta.ts'
import { refreshEverything } from '../../query-client.ts'
import { Consequences } from '../../resource/Consequences.tsx'
import { DrawerForm } from '../../resource/DrawerForm.tsx'
import { ReferencePicker } from '../../resource/ReferencePicker.tsx'
import { bodyOf, isEmpty, useFormState } from '../../resource/useFormState.ts'
import { notify } from '../../ui/notify.tsx'

type Props = {
  /** The customer whose page this is; without, one is picked. */
  customer_id?: string
  chosen?: string | undefined
  amount?: string
  invoices?: Row[]
  onDone: (payment?: Row) => void
}

const methods = ['cash', 'bank_transfer', 'card', 'other'] as const

/** Takes a payment. The key is the form's own, so that a double click or a lost answer pays once. */
export function PaymentForm({ customer_id, chosen, amount = '', invoices = [], onDone }: Props) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const noun = useNoun('payment')
  const [key] = useState(newIdempotencyKey)
  const fields = useMemo<Field[]>(
    () =>
      ['customer_id', 'amount', 'method', 'date', 'reference', 'comment', 'invoice_id'].map((name) => ({
        name,
        label: t(`payment.${name}` as 'payment.amount'),
        kind: 'text',
        required: ['customer_id', 'amount', 'method'].includes(name),
      })),
    [t],
  )
  const [initial] = useState(() => ({
    customer_id: customer_id ?? chosen ?? '',
    amount,
    method: String(noun?.create_fields?.find((field) => field.name === 'method')?.default ?? 'cash'),
    date: tenantToday(tenant),
    reference: '',
    comment: '',
    invoice_id: '',
  }))
  const form = useFormState(fields, initial)
  const body = bodyOf(form.values)
  const pay = useMutation({
    mutationFn: () => api.post<Row>(noun?.path ?? '/payments', body, { idempotency_key: key }),
    onSuccess: async (payment) => {
      void notify(
        t('payment.taken', { amount: money(payment['amount'] ?? form.values['amount'], tenant.currency) }),
      )
      onDone(payment)
      await refreshEverything()
    },
    onError: form.refuse,
  })
  const input = (name: string) => ({
    name,
    label: t(`payment.${name}` as 'payment.amount'), // Each name has its sentence in en.json.
    value: String(form.values[name] ?? ''),
    error: form.errors[name],
    onChange: (event: { currentTarget: { value: string } }) => form.set(name, event.currentTarget.value),
  })
  return (
    <DrawerForm
      form={form}
      submit={t('payment.take')}
      pending={pay.isPending}
      onSubmit={() => pay.mutate()}
      onCancel={() => onDone()}
    >
      {customer_id === undefined && (
        <ReferencePicker
          to="customer"
          name="customer_id"
          label={t('payment.customer_id')}
          required
          value={String(form.values['customer_id'] ?? '') || null}
          error={form.errors['customer_id']}
          onChange={(id) => form.set('customer_id', id ?? '')}
        />
      )}
      <TextInput
        {...input('amount')}
        required
        inputMode="decimal"
        autoFocus
        rightSection={<small style={{ color: 'var(--isp-dim)' }}>{tenant.currency}</small>}
        rightSectionWidth={52}
      />
      <NativeSelect
        {...input('method')}
        required
        data={methods.map((value) => ({ value, label: t(`payment.by.${value}`) }))}
      />
      <TextInput {...input('date')} type="date" />
      {invoices.length > 0 && (
        <NativeSelect
          {...input('invoice_id')}
          description={t('payment.oldest')}
          data={[
            { value: '', label: t('payment.any') },
            ...invoices.map((invoice) => ({
              value: invoice.id,
              label: t('payment.invoiceDue', {
                number: invoice['number'],
                amount: money(invoice['due_total'], String(invoice['currency'] ?? tenant.currency)),
                date: date(String(invoice['due_date'])),
              }),
            })),
          ]}
        />
      )}
      <TextInput {...input('reference')} />
      <TextInput {...input('comment')} />
      <Consequences
        method="POST"
        path={noun?.path ?? '/payments'}
        body={body}
        own="payment"
        ready={!isEmpty(form.values['customer_id']) && Number(form.values['amount']) > 0}
      />
    </DrawerForm>
  )
}
