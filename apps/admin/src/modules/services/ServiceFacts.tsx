import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Row } from '../../api.ts'
import { bitsPerSecond, date, kbps } from '../../format.ts'
import { useNoun, type Noun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { KeyFact, KeyFacts } from '../../ui/KeyFacts.tsx'
import { PlainLink } from '../../ui/Link.tsx'
import { Money } from '../../ui/Money.tsx'
import { When } from '../../ui/When.tsx'
import { useExplanation } from './explain.ts'

/** What is asked first of a service on the telephone: its login, what it costs, how fast it is, whether it is online. */
export function ServiceFacts({ row }: { row: Row }) {
  const { t } = useTranslation()
  const { data: why } = useExplanation(row.id, '')
  const online = useOnline(row.id)
  const price = why?.price
  return (
    <KeyFacts>
      {row['service_type'] === 'internet' ? (
        <KeyFact
          label={t('service.login')}
          note={[row['ipv4_address'] ?? online?.session['ip'], row['ipv6_prefix'], row['mac']]
            .filter(Boolean)
            .join(' · ')}
        >
          {row['login'] ? String(row['login']) : t('customer.none')}
        </KeyFact>
      ) : (
        <KeyFact label={t('service.quantity')}>{String(row['quantity'])}</KeyFact>
      )}
      {price !== null && (
        <KeyFact
          label={t('explain.price')}
          note={
            price?.gross && (
              <>
                <Money amount={price.gross} currency={price.currency} /> {t('service.withTax')}
              </>
            )
          }
        >
          {price?.amount && <Money amount={price.amount} currency={price.currency} />}
        </KeyFact>
      )}
      {row['service_type'] === 'internet' && (
        <KeyFact
          label={t('explain.speed')}
          note={why?.speed.upload_kbps ? t('service.up', { up: kbps(why.speed.upload_kbps) }) : null}
        >
          {why?.speed.download_kbps ? t('service.down', { down: kbps(why.speed.download_kbps) }) : null}
        </KeyFact>
      )}
      {row['service_type'] === 'internet' && online !== undefined ? (
        <KeyFact
          label={t('customer.online')}
          note={
            online && (
              <PlainLink href={paths.row(online.noun, online.session.id)}>
                ↓ {bitsPerSecond(online.session['download_bps'] ?? 0)} ↑{' '}
                {bitsPerSecond(online.session['upload_bps'] ?? 0)}
              </PlainLink>
            )
          }
        >
          {online ? <When at={String(online.session['started_at'])} /> : t('customer.offline')}
        </KeyFact>
      ) : (
        <KeyFact
          label={t('service.since')}
          note={row['end_date'] ? t('service.until', { date: date(String(row['end_date'])) }) : null}
        >
          {date(String(row['start_date']))}
        </KeyFact>
      )}
    </KeyFacts>
  )
}

/** Its session under way, null where there is none; undefined for those who may not see sessions, and while it is not known. */
function useOnline(service_id: string): { noun: Noun; session: Row } | null | undefined {
  const noun = useNoun('session')
  const { data } = useQuery({
    queryKey: ['online', service_id],
    queryFn: () =>
      api.get<{ data: Row[] }>('/sessions', { query: { service_id, status: 'online', limit: 1 } }),
    enabled: noun?.can.list === true,
    meta: { live: ['session'] },
  })
  if (!noun || !data) return undefined
  const [session] = data.data
  return session ? { noun, session } : null
}
