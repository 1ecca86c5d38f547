import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Page, type Row } from '../../api.ts'
import { date, humanise } from '../../format.ts'
import { useNoun } from '../../meta.ts'
import { useSmallChange } from '../notes/attached.ts'
import { Notice } from '../../ui/Notice.tsx'
import { Chip } from '../../ui/StatusChip.tsx'

export const controlTags = ['no_auto_billing', 'no_auto_payment', 'never_block', 'test'] as const
export type ControlTag = (typeof controlTags)[number]

/** The switches that hold an engine back, beside the status: who wonders why nothing happens sees it here. */
export function ControlTags({ customer }: { customer: Row }) {
  const { t } = useTranslation()
  return controlTags
    .filter((tag) => customer[tag] === true)
    .map((tag) => (
      <Chip key={tag} tone="warn" icon={false}>
        {t(`standing.tag.${tag}.name`)}
      </Chip>
    ))
}

/** What was decided for a later day, which can still be called off. */
export function PlannedChanges({ customer_id }: { customer_id: string }) {
  const { t } = useTranslation()
  const noun = useNoun('scheduled_change')
  const change = useSmallChange()
  const { data } = useQuery({
    queryKey: ['scheduled_changes', customer_id],
    queryFn: () =>
      api.get<Page<Row>>('/scheduled_changes', { query: { customer_id, status: 'planned', limit: 20 } }),
    enabled: noun?.can.list === true,
    meta: { live: ['scheduled_change', 'customer'] },
  })
  const able = noun?.commands.some((command) => command.verb === 'cancel')
  return (data?.data ?? []).map((plan) => (
    <Notice key={plan.id} tone="info">
      {t('standing.planned', {
        what: humanise(String(plan['verb'])),
        date: date(String(plan['date'])),
        reason: plan['reason'] ? `: ${String(plan['reason'])}` : '',
      })}{' '}
      {able && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => change.mutate(() => api.post(`/scheduled_changes/${plan.id}/cancel`, {}))}
        >
          {t('standing.cancel')}
        </Button>
      )}
    </Notice>
  ))
}
