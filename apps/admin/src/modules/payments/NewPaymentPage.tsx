import { useTranslation } from 'react-i18next'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { useGo } from '../../ui/Link.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { MissingScreen } from '../../ui/Screens.tsx'
import { useQueryState } from '../../ui/search.ts'
import { PaymentForm } from './PaymentForm.tsx'
import classes from '../../ui/FormLayout.module.css'

export function NewPaymentPage() {
  const { t } = useTranslation()
  const noun = useNoun('payment')
  const [query] = useQueryState()
  const go = useGo()
  if (!noun?.can.create) return <MissingScreen />
  const done = (payment?: { id: string }) =>
    void go(
      payment && noun.can.get
        ? paths.row(noun, payment.id)
        : query['customer_id']
          ? paths.customer(query['customer_id'])
          : paths.list(noun),
    )
  return (
    <div className={classes.page}>
      <PageHeader title={t('payment.title')} back={{ href: paths.list(noun), label: noun.label_plural }} />
      <div className={classes.columns}>
        <div className={classes.form}>
          <PaymentForm onDone={done} chosen={query['customer_id']} amount={query['amount'] ?? ''} />
        </div>
      </div>
    </div>
  )
}
