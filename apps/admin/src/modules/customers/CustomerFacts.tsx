import { useTranslation } from 'react-i18next'
import { date } from '../../format.ts'
import { paths } from '../../paths.ts'
import { KeyFact, KeyFacts } from '../../ui/KeyFacts.tsx'
import { PlainLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { When } from '../../ui/When.tsx'
import type { Overview } from './overview.ts'

/** The four facts that matter: balance, next invoice, services, online since. */
export function CustomerFacts({ overview }: { overview: Overview }) {
  const { t } = useTranslation()
  const { customer, services, open_invoices, next_invoice, last_payment, balance } = overview
  const active = services.filter((service) => service['status'] === 'active').length
  const currency = customer['currency']
  return (
    <KeyFacts>
      <KeyFact label={t('customer.balance')} note={balanceNote()}>
        <Money amount={balance} currency={currency} owing />
      </KeyFact>
      <KeyFact label={t('customer.nextInvoice')} note={next_invoice && date(next_invoice.date)}>
        {next_invoice ? (
          next_invoice.amount === null ? (
            date(next_invoice.date)
          ) : (
            <Money amount={next_invoice.amount} currency={currency} />
          )
        ) : (
          t('customer.none')
        )}
      </KeyFact>
      <KeyFact label={t('customer.services')} note={t('customer.ofServices', { count: services.length })}>
        {t('customer.active', { count: active })}
      </KeyFact>
      <KeyFact
        label={t('customer.online')}
        note={
          last_payment && (
            <>
              {t('customer.lastPayment')} <Money amount={last_payment['amount']} currency={currency} />,{' '}
              {date(String(last_payment['date']))}
            </>
          )
        }
      >
        {overview.online_since ? <When at={overview.online_since} /> : t('customer.offline')}
      </KeyFact>
    </KeyFacts>
  )

  function balanceNote() {
    const [first] = open_invoices
    if (!first) return t('customer.nothingDue')
    if (open_invoices.length === 1)
      return (
        <PlainLink href={paths.invoice(first.id)}>
          {t('customer.dueOn', { number: first['number'], date: date(String(first['due_date'])) })}
        </PlainLink>
      )
    return t('customer.openInvoices', { count: open_invoices.length })
  }
}
