import { Button, Fieldset, Group, SimpleGrid, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, type Row } from '../../api.ts'
import { tenantToday } from '../../format.ts'
import { useMeta, useNoun, type Command, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { refreshEverything } from '../../query-client.ts'
import legends from '../../resource/FieldsForm.module.css'
import { FieldInput } from '../../resource/FieldInput.tsx'
import { UnsavedGuard } from '../../resource/UnsavedGuard.tsx'
import { bodyOf, isReady, useFormState } from '../../resource/useFormState.ts'
import { FormLayout } from '../../ui/FormLayout.tsx'
import { LinkButton } from '../../ui/Link.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { useOffered } from '../catalog/offered.ts'
import { TariffChoice } from '../catalog/TariffChoice.tsx'
import { Connected } from './Connected.tsx'
import { ConnectPreview } from './ConnectPreview.tsx'

/** Who, where, what: a new customer with the first service, from one page and with one command. */
export function ConnectPage() {
  const noun = useNoun('customer')
  const command = noun?.commands.find((one) => one.verb === 'connect')
  const [round, setRound] = useState(0)
  const [done, setDone] = useState<{ customer: Row; service: Row; password: string } | null>(null)
  if (!noun || !command) return <MissingScreen />
  if (done)
    return (
      <Connected
        {...done}
        onAnother={() => {
          setDone(null)
          setRound(round + 1)
        }}
      />
    )
  return <Connect key={round} noun={noun} command={command} onDone={setDone} />
}

type Props = {
  noun: Noun
  command: Command
  onDone: (done: { customer: Row; service: Row; password: string }) => void
}

function Connect({ noun, command, onDone }: Props) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const [key] = useState(newIdempotencyKey)
  const [initial] = useState(() => ({
    ...Object.fromEntries(command.fields.map((field) => [field.name, field.default ?? ''])),
    start_date: tenantToday(tenant),
    password: readablePassword(),
  }))
  const form = useFormState(command.fields, initial)
  const [internet, setInternet] = useState(true)
  const value = (name: string) => String(form.values[name] ?? '')
  const [place] = useDebouncedValue(
    ['country', 'city', 'postal_code'].map((name) => value(name).trim()).join('|'),
    400,
  )
  const [country, city, postal_code] = place.split('|')
  const offered = useOffered({ country, city, postal_code })
  const body = bodyOf(
    internet
      ? { ...form.values, ipv4_address: value('ipv4_mode') === 'static' ? form.values['ipv4_address'] : '' }
      : { ...form.values, login: '', password: '', router_id: '', ipv4_mode: '', ipv4_address: '' },
  )
  const connect = useMutation({
    mutationFn: () => api.post<{ customer: Row; service: Row }>(command.path, body, { idempotency_key: key }),
    onSuccess: async (made) => {
      onDone({ ...made, password: internet ? value('password') : '' })
      await refreshEverything()
    },
    onError: form.refuse,
  })
  const input = (name: string, focus = false) => {
    const field = command.fields.find((one) => one.name === name)
    return (
      field && (
        <FieldInput
          key={name}
          field={field}
          value={form.values[name]}
          error={form.errors[name]}
          onChange={(next) => form.set(name, next)}
          focus={focus}
        />
      )
    )
  }
  return (
    <FormLayout
      title={t('connect.title')}
      back={{ href: paths.list(noun), label: noun.label_plural }}
      refusal={form.refusal}
      formRef={form.formRef}
      onSubmit={() => form.check((field) => t('form.required', { field: field.label })) && connect.mutate()}
      aside={<ConnectPreview path={command.path} body={body} ready={isReady(command.fields, form.values)} />}
      buttons={
        <Group gap="xs">
          <Button type="submit" size="sm" loading={connect.isPending}>
            {t('connect.do')}
          </Button>
          <LinkButton href={paths.create(noun)} size="sm" variant="default">
            {t('connect.onlyCustomer')}
          </LinkButton>
        </Group>
      }
    >
      <Fieldset variant="unstyled" legend={t('connect.who')} classNames={legends}>
        <Stack gap="sm">
          {input('name', true)}
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
            {input('email')}
            {input('phone')}
            {input('category')}
            {value('category') === 'company' && input('tax_id')}
          </SimpleGrid>
        </Stack>
      </Fieldset>
      <Fieldset variant="unstyled" legend={t('connect.where')} classNames={legends}>
        <Stack gap="sm">
          {input('street')}
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm" style={{ alignItems: 'end' }}>
            {input('postal_code')}
            {input('city')}
            {input('country')}
          </SimpleGrid>
        </Stack>
      </Fieldset>
      <Fieldset variant="unstyled" legend={t('connect.what')} classNames={legends}>
        <TariffChoice
          label={t('connect.what')}
          offered={offered.data}
          error={offered.error}
          value={value('tariff_id')}
          problem={form.errors['tariff_id']}
          onChange={(tariff) => {
            form.set('tariff_id', tariff.id)
            setInternet(tariff['service_type'] === 'internet')
          }}
        />
      </Fieldset>
      <Fieldset variant="unstyled" legend={t('connect.how')} classNames={legends}>
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
            {internet && ['login', 'password', 'router_id', 'ipv4_mode'].map((name) => input(name))}
            {internet && value('ipv4_mode') === 'static' && input('ipv4_address')}
            {input('start_date')}
            {input('price')}
          </SimpleGrid>
          {input('activate')}
        </Stack>
      </Fieldset>
      <UnsavedGuard dirty={form.dirty && !connect.isPending && !connect.isSuccess} />
    </FormLayout>
  )
}

/** Twelve letters and digits that are not mistaken for one another when read out over the phone. */
function readablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  // 31 letters do not divide 256: the few bytes beyond eight times 31 are left out.
  let text = ''
  while (text.length < 12)
    for (const byte of crypto.getRandomValues(new Uint8Array(24)))
      if (byte < 248 && text.length < 12) text += letters[byte % letters.length]
  return text
}
