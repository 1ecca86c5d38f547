import { Skeleton, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Problem, sentenceOf, type Row } from '../../api.ts'
import { date } from '../../format.ts'
import { isRecord } from '../../meta.ts'
import { useRehearsal } from '../../resource/Consequences.tsx'
import { Money } from '../../ui/Money.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Facts, Section } from '../../ui/Section.tsx'
import classes from './Connect.module.css'

type Result = { customer: Row; service: Row; first_invoice: FirstInvoice | null }
export type FirstInvoice = {
  date: string
  amount: string
  tax: string
  currency: string
  lines: { description: string; total: string }[]
}

/** Beside the form: the login and the address it would get, and the first invoice to its last line. */
export function ConnectPreview(props: { path: string; body: Record<string, unknown>; ready: boolean }) {
  const { t } = useTranslation()
  const rehearsal = useRehearsal({ method: 'POST', ...props })
  return (
    <Section title={t('connect.preview')}>
      <div aria-live="polite" aria-busy={rehearsal.isFetching}>
        <Content ready={props.ready} data={rehearsal.data?.result} error={rehearsal.error} />
      </div>
    </Section>
  )
}

function Content({ ready, data, error }: { ready: boolean; data: unknown; error: unknown }) {
  const { t } = useTranslation()
  if (!ready) return <Text c="dimmed">{t('connect.fill')}</Text>
  if (error) {
    const [first] = error instanceof Problem ? error.errors : []
    return <Notice tone="warn">{first?.detail ?? sentenceOf(error)}</Notice>
  }
  if (!isResult(data))
    return (
      <Stack gap={8}>
        <Skeleton h={12} w="70%" />
        <Skeleton h={12} w="50%" />
        <Skeleton h={12} w="60%" />
      </Stack>
    )
  const { service, first_invoice: bill } = data
  const internet = service['service_type'] === 'internet'
  return (
    <Stack gap="md">
      {internet && (
        <Facts
          facts={[
            { label: t('connect.login'), value: <code>{String(service['login'] ?? '')}</code> },
            {
              label: t('connect.address'),
              value: service['ipv4_address'] ? <code>{String(service['ipv4_address'])}</code> : null,
            },
          ]}
        />
      )}
      {bill ? <InvoicePreview bill={bill} /> : <Text c="dimmed">{t('connect.noInvoice')}</Text>}
    </Stack>
  )
}

export function InvoicePreview({ bill }: { bill: FirstInvoice }) {
  const { t } = useTranslation()
  return (
    <table className={classes.bill}>
      <caption>{t('connect.firstInvoice', { date: date(bill.date) })}</caption>
      <tbody>
        {bill.lines.map((line, index) => (
          <tr key={index}>
            <th scope="row">{line.description}</th>
            <td>
              <Money amount={line.total} currency={bill.currency} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('invoice.total')}</th>
          <td>
            <Money amount={bill.amount} currency={bill.currency} />
          </td>
        </tr>
      </tfoot>
    </table>
  )
}

function isResult(value: unknown): value is Result {
  return isRecord(value) && isRecord(value['service'])
}
