import { NativeSelect, Table, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, type Row } from '../../api.ts'
import { fieldNamed, useNoun, type Command, type Noun } from '../../meta.ts'
import { refreshEverything } from '../../query-client.ts'
import { Consequences, useRehearsal } from '../../resource/Consequences.tsx'
import { DrawerForm } from '../../resource/DrawerForm.tsx'
import { FieldInput } from '../../resource/FieldInput.tsx'
import { bodyOf, isReady, useFormState } from '../../resource/useFormState.ts'
import { Value } from '../../resource/Value.tsx'
import { notify } from '../../ui/notify.tsx'
import { useOffered } from '../catalog/offered.ts'
import { TariffChoice } from '../catalog/TariffChoice.tsx'
import { PlanMoney } from './PlanMoney.tsx'
import classes from './PlanChange.module.css'

type Props = { service: Row; command: Command; onDone: () => void }

/** Another tariff for a service: what is offered, the two side by side, from when, and what it comes to. */
export function PlanChange({ service, command, onDone }: Props) {
  const { t } = useTranslation()
  const [key] = useState(newIdempotencyKey)
  const [initial] = useState(() => Object.fromEntries(command.fields.map(({ name }) => [name, ''])))
  const [when, setWhen] = useState<'now' | 'period_end' | 'date'>('now')
  const [chosen, setChosen] = useState<Row | null>(null)
  const form = useFormState(command.fields, initial)
  const tariff_id = String(service['tariff_id'])
  const offered = useOffered({
    customer_id: String(service['customer_id']),
    service_type: String(service['service_type']),
    changing_from: tariff_id,
  })
  const tariffs = useNoun('tariff')
  const { data: present } = useQuery({
    queryKey: ['row', '/tariffs', tariff_id, 'plan'],
    queryFn: () => api.get<Row>(`/tariffs/${tariff_id}`),
    enabled: tariffs?.can.get === true,
  })
  const at_end = command.fields.some((field) => field.name === 'at')
  const body = bodyOf({
    ...form.values,
    at: when === 'period_end' ? 'period_end' : '',
    date: when === 'date' ? form.values['date'] : '',
  })
  const path = command.path.replace('{id}', service.id)
  const ready = isReady(command.fields, form.values) && (when !== 'date' || form.values['date'] !== '')
  const rehearsal = useRehearsal({ method: 'POST', path, body, ready })
  const change = useMutation({
    mutationFn: () => api.post<Row>(path, body, { idempotency_key: key }),
    onSuccess: async () => {
      void notify(t('plan.done', { title: String(chosen?.['title'] ?? '') }))
      onDone()
      await refreshEverything()
    },
    onError: form.refuse,
  })
  const input = (name: string) => {
    const field = command.fields.find((one) => one.name === name)
    return (
      field && (
        <FieldInput
          field={field}
          value={form.values[name]}
          error={form.errors[name]}
          onChange={(value) => form.set(name, value)}
        />
      )
    )
  }
  return (
    <DrawerForm
      form={form}
      submit={t('plan.title')}
      pending={change.isPending}
      disabled={chosen === null}
      onSubmit={() => change.mutate()}
      onCancel={onDone}
    >
      <TariffChoice
        label={t('plan.choose')}
        offered={offered.data}
        error={offered.error}
        value={String(form.values['tariff_id'] ?? '')}
        without={tariff_id}
        problem={form.errors['tariff_id']}
        onChange={(tariff) => {
          setChosen(tariff)
          form.set('tariff_id', tariff.id)
        }}
      />
      {tariffs && present && chosen && (
        <SideBySide
          noun={tariffs}
          present={service['price'] == null ? present : { ...present, price: service['price'] }}
          next={form.values['price'] === '' ? chosen : { ...chosen, price: form.values['price'] }}
        />
      )}
      <div className={classes.when}>
        <NativeSelect
          label={t('plan.when')}
          value={when}
          onChange={(event) => setWhen(event.currentTarget.value as typeof when)} // The options are these.
          data={[
            { value: 'now', label: t('plan.now') },
            ...(at_end ? [{ value: 'period_end', label: t('plan.periodEnd') }] : []),
            { value: 'date', label: t('plan.onDate') },
          ]}
        />
        {when === 'date' && (
          <TextInput
            type="date"
            name="date"
            label={t('plan.date')}
            required
            value={String(form.values['date'] ?? '')}
            error={form.errors['date']}
            onChange={(event) => form.set('date', event.currentTarget.value)}
          />
        )}
        {input('price')}
        {input('reason')}
      </div>
      <PlanMoney result={rehearsal.data?.result} />
      <Consequences method="POST" path={path} body={body} ready={ready} />
    </DrawerForm>
  )
}

const compared = [
  'price',
  'speed_download_kbps',
  'speed_upload_kbps',
  'contention_ratio',
  'data_allowance_bytes',
  'included_minutes',
  'minimum_months',
  'notice_days',
  'setup_fee',
  'termination_fee',
]

/** The two tariffs beside each other: only what one of them has, and what differs stands out. */
function SideBySide({ noun, present, next }: { noun: Noun; present: Row; next: Row }) {
  const { t } = useTranslation()
  const rows = compared.flatMap((name) => {
    const field = fieldNamed(noun, name)
    const empty = (value: unknown) => value === null || value === undefined || value === '0.00' || value === 0
    return field && !(empty(present[name]) && empty(next[name])) ? [field] : []
  })
  return (
    <Table.ScrollContainer minWidth={320} className={classes.table}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            <Table.Th>
              <small>{t('plan.present')}</small>
              <br />
              {String(present['title'])}
            </Table.Th>
            <Table.Th>
              <small>{t('plan.next')}</small>
              <br />
              {String(next['title'])}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((field) => (
            <Table.Tr
              key={field.name}
              data-differs={String(present[field.name]) !== String(next[field.name]) || undefined}
            >
              <Table.Th>{field.label}</Table.Th>
              <Table.Td>
                <Value field={field} value={present[field.name]} />
              </Table.Td>
              <Table.Td>
                <Value field={field} value={next[field.name]} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
