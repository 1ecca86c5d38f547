import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Page, type Row } from '../../api.ts'
import { date, labelOf } from '../../format.ts'
import { fieldNamed, useNoun, type Noun } from '../../meta.ts'
import { Money } from '../../ui/Money.tsx'
import { Section } from '../../ui/Section.tsx'
import { Chip } from '../../ui/StatusChip.tsx'
import classes from './ServiceChanges.module.css'

type Props = { service: Noun; id: string; onCancel: (change_id: string) => void }

/** How the service stood and will stand, day by day: what was sold, every change since, and what is planned, which can be taken back. */
export function ServiceChanges({ service, id, onCancel }: Props) {
  const { t } = useTranslation()
  const noun = useNoun('service_change')
  const { data } = useQuery({
    queryKey: ['service_changes', id],
    queryFn: () =>
      api.get<Page<Row>>('/service_changes', {
        query: {
          service_id: id,
          'status[in]': 'planned,in_force',
          sort: '-date',
          limit: 100,
          include: 'tariff_id',
        },
      }),
    enabled: noun?.can.list === true,
    meta: { live: ['service', 'service_change'] },
  })
  if (!noun?.can.list || !data || data.data.length === 0) return null
  const cancellable = service.commands.some((command) => command.verb === 'cancel_change')
  const kind = fieldNamed(noun, 'kind')
  return (
    <Section title={t('changesOf.title')}>
      <ol className={classes.list}>
        {data.data.map((change) => {
          const planned = change['status'] === 'planned'
          const tariff = data._refs?.[String(change['tariff_id'])]
          return (
            <li key={change.id} data-planned={planned || undefined}>
              <time dateTime={String(change['date'])}>{date(String(change['date']))}</time>
              <span className={classes.what}>
                <strong>{kind ? labelOf(kind, change['kind']) : String(change['kind'])}</strong>{' '}
                {planned && <Chip tone="info">{t('changesOf.planned')}</Chip>}
                <Text c="dimmed" fz={13} component="span" display="block">
                  {tariff?.title} {change['price'] != null && <Money amount={change['price']} />}{' '}
                  {change['quantity'] != null &&
                    change['quantity'] !== 1 &&
                    `× ${String(change['quantity'])}`}{' '}
                  {change['reason'] != null && String(change['reason'])}
                </Text>
              </span>
              {planned && cancellable && (
                <Button variant="subtle" size="compact-sm" onClick={() => onCancel(change.id)}>
                  {t('changesOf.cancel')}
                </Button>
              )}
            </li>
          )
        })}
      </ol>
    </Section>
  )
}
