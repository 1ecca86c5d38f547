import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, type Page, type Row } from '../../api.ts'
import { instant, tenantNow } from '../../format.ts'
import { useMeta, useNoun } from '../../meta.ts'
import { paths } from '../../paths.ts'
import { TextLink } from '../../ui/Link.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useSmallChange } from '../notes/attached.ts'

/** What came here or left within the last day and can still go back: a merged customer, a service. */
export function RecentMoves({ by, id }: { by: 'customer' | 'service'; id: string }) {
  const fields = by === 'service' ? ['service_id'] : ['to_customer_id', 'from_customer_id']
  return fields.map((field) => <Moves key={field} field={field} id={id} />)
}

function Moves({ field, id }: { field: string; id: string }) {
  const { t } = useTranslation()
  const { tenant } = useMeta()
  const noun = useNoun('customer_move')
  const undo = useSmallChange()
  const { data } = useQuery({
    queryKey: ['customer_moves', field, id],
    queryFn: () =>
      api.get<Page<Row>>('/customer_moves', {
        query: {
          [field]: id,
          status: 'done',
          limit: 5,
          sort: '-created_at',
          include: 'from_customer_id,to_customer_id',
        },
      }),
    enabled: noun?.can.list === true,
    meta: { live: ['customer_move', 'customer', 'service'] },
  })
  const now = tenantNow(tenant).toISOString()
  const able = noun?.commands.some((command) => command.verb === 'undo')
  return (data?.data ?? [])
    .filter((move) => String(move['undo_until']) > now)
    .map((move) => {
      const [from, to] = [String(move['from_customer_id']), String(move['to_customer_id'])]
      const named = (customer: string) => (
        <TextLink href={paths.customer(customer)}>{data?._refs?.[customer]?.title ?? '…'}</TextLink>
      )
      return (
        <Notice key={move.id} tone="info">
          {t(`move.${move['kind'] === 'merge' ? 'merged' : 'moved'}`)} {named(from)} → {named(to)}.{' '}
          {able && (
            <Button
              variant="subtle"
              size="compact-sm"
              loading={undo.isPending}
              onClick={() =>
                undo.mutate(() =>
                  api.post(`/customer_moves/${move.id}/undo`, {}, { idempotency_key: newIdempotencyKey() }),
                )
              }
            >
              {t('move.undo', { until: instant(String(move['undo_until']), tenant.time_zone) })}
            </Button>
          )}
        </Notice>
      )
    })
}
