import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../api.ts'
import { count } from '../../format.ts'
import { useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { TextLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { ErrorNotice, Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { Chip, StatusChip } from '../../ui/StatusChip.tsx'
import classes from './HierarchyTree.module.css'
import { onCustomer } from './overview.ts'

type Account = {
  id: string
  number: string
  name: string
  status: string
  city?: string | null
  sub_billing_mode?: string
  balance?: string
  total_balance?: string
  subs: Account[]
}
type Hierarchy = {
  root: Account
  totals: { accounts: number; balance?: string; owed?: string; credit?: string }
  truncated: boolean
}

/** The family of accounts that a customer belongs to: who is below whom, who is billed with whom, what all of them owe. */
export function HierarchyTree({ id }: { id: string }) {
  const { t } = useTranslation()
  const { data, error } = useQuery({
    queryKey: ['hierarchy', id],
    queryFn: () => api.get<Hierarchy>(`/customers/${id}/hierarchy`),
    meta: { live: onCustomer, rest_ms: 5000 },
  })
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Skeleton h={160} />
  const { totals } = data
  return (
    <Section
      title={t('hierarchy.title', { count: totals.accounts, total: count(totals.accounts) })}
      aside={
        totals.balance !== undefined && (
          <span>
            {t('hierarchy.together')}{' '}
            <strong>
              <Money amount={totals.balance} owing />
            </strong>
          </span>
        )
      }
    >
      {data.truncated && <Notice tone="info">{t('hierarchy.truncated')}</Notice>}
      {totals.accounts === 1 && <p className={classes.alone}>{t('hierarchy.alone')}</p>}
      <ul className={classes.tree}>
        <Branch account={data.root} current={id} />
      </ul>
    </Section>
  )
}

function Branch({ account, current }: { account: Account; current: string }) {
  const { t } = useTranslation()
  const status = useNoun('customer')?.fields.find((field) => field.name === 'status')
  const together = account.subs.length > 0 && account.total_balance !== account.balance
  return (
    <li>
      <div className={classes.account} data-current={account.id === current || undefined}>
        <span className={classes.name}>
          {account.id === current ? (
            <strong aria-current="true">{account.name}</strong>
          ) : (
            <TextLink href={paths.customer(account.id, { tab: 'hierarchy' })}>{account.name}</TextLink>
          )}{' '}
          <small>{[account.number, account.city].filter(Boolean).join(' · ')}</small>
        </span>
        <StatusChip value={account.status} field={status} />
        {account.sub_billing_mode === 'aggregated' && (
          <Chip tone="info" icon={false}>
            {t('hierarchy.aggregated')}
          </Chip>
        )}
        <span className={classes.money}>
          {account.balance !== undefined && <Money amount={account.balance} owing />}
          {together && (
            <small>
              {t('hierarchy.withBelow')} <Money amount={account.total_balance} owing />
            </small>
          )}
        </span>
      </div>
      {account.subs.length > 0 && (
        <ul>
          {account.subs.map((sub) => (
            <Branch key={sub.id} account={sub} current={current} />
          ))}
        </ul>
      )}
    </li>
  )
}
