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
  const internet = row['service_type'] === 'internet'
  const sessions = useNoun('session')
  const watched = internet && sessions?.can.list === true
  const session = useSessionOf(row.id, watched)
  const price = why?.price
  return (
    <KeyFacts>
      {internet ? (
        <KeyFact
          label={t('service.login')}
          note={[row['ipv4_address'] ?? session?.['ip'], row['ipv6_prefix'], row['mac']]
            .filter(Boolean)
            .join(' · ')}
        >
          {row['login'] ? String(row['login']) : t('customer.none')}
        </KeyFact>
      ) : (
        <KeyFact label={t('service.quantity')}>{String(row['quantity'] ?? '')}</KeyFact>
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
      {internet && (
        <KeyFact
          label={t('explain.speed')}
          note={why?.speed.upload_kbps ? t('service.up', { up: kbps(why.speed.upload_kbps) }) : null}
        >
          {why?.speed.download_kbps ? t('service.down', { down: kbps(why.speed.download_kbps) }) : null}
        </KeyFact>
      )}
      {watched ? (
        <KeyFact
          label={t('customer.online')}
          note={session && <Throughput noun={sessions} session={session} />}
        >
          {session ? <When at={String(session['started_at'])} /> : session === null && t('customer.offline')}
        </KeyFact>
      ) : (
        <KeyFact
          label={t('service.since')}
          note={row['end_date'] ? t('service.until', { date: date(String(row['end_date'])) }) : null}
        >
          {row['start_date'] ? date(String(row['start_date'])) : t('customer.none')}
        </KeyFact>
      )}
    </KeyFacts>
  )
}

const Throughput = ({ noun, session }: { noun: Noun; session: Row }) => (
  <PlainLink href={paths.row(noun, session.id)}>
    ↓ {bitsPerSecond(session['download_bps'] ?? 0)} ↑ {bitsPerSecond(session['upload_bps'] ?? 0)}
  </PlainLink>
)

/** The session under way; null where there is none, undefined while that is not known. */
function useSessionOf(service_id: string, enabled: boolean): Row | null | undefined {
  const { data } = useQuery({
    queryKey: ['online', service_id],
    queryFn: () =>
      api.get<{ data: Row[] }>('/sessions', { query: { service_id, status: 'online', limit: 1 } }),
    enabled,
    meta: { live: ['session'] },
  })
  return data && (data.data[0] ?? null)
}
