import { Menu, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { IconBuilding, IconCheck, IconSelector } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { actFor } from '../acting.ts'
import { api, type Page, type Row } from '../api.ts'
import { useMeta, useNoun } from '../meta.ts'
import classes from './Navigation.module.css'

/** The partners that this person may see, those below one another below one another. */
export function usePartners(): { id: string; name: string; depth: number }[] {
  const noun = useNoun('partner')
  const { data } = useQuery({
    queryKey: ['partners', 'own'],
    queryFn: () => api.get<Page<Row>>('/partners', { query: { limit: 200, sort: 'name' }, as_oneself: true }),
    enabled: noun?.can.list === true,
    meta: { live: ['partner'] },
  })
  return inOrder(data?.data ?? [])
}

function inOrder(rows: Row[]): { id: string; name: string; depth: number }[] {
  const known = new Set(rows.map((row) => row.id))
  const above = (row: Row) => (known.has(String(row['parent_id'])) ? String(row['parent_id']) : null)
  const below = Map.groupBy(rows, above)
  const from = (parent: string | null, depth: number): { id: string; name: string; depth: number }[] =>
    (below.get(parent) ?? []).flatMap((row) => [
      { id: row.id, name: String(row['name']), depth },
      ...from(row.id, depth + 1),
    ])
  return from(null, 0)
}

/** Whose rows are worked with: all that the person may see, or one partner's. Shown where there is more than one. */
export function PartnerSwitcher({ name }: { name: string }) {
  const { t } = useTranslation()
  const { actor } = useMeta()
  const partners = usePartners()
  const acting = actor.acting_partner_id ?? null
  const [top] = partners
  const current = partners.find((partner) => partner.id === acting)
  if (partners.length < 2)
    return (
      <div className={classes.tenant} title={name}>
        {name}
      </div>
    )
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <UnstyledButton
          className={classes.partner}
          aria-label={t('partner.switch', { name: current?.name ?? name })}
        >
          <span>{current?.name ?? name}</span>
          <IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.partners}>
        <Menu.Label>{t('partner.workWithin')}</Menu.Label>
        {partners.map((partner) => {
          const whole = partner.id === top?.id && partner.depth === 0
          const chosen = acting === null ? whole : partner.id === acting
          return (
            <Menu.Item
              key={partner.id}
              aria-current={chosen || undefined}
              leftSection={<IconBuilding size={15} aria-hidden />}
              rightSection={chosen ? <IconCheck size={14} aria-hidden /> : null}
              style={{ paddingLeft: 12 + 14 * partner.depth }}
              onClick={() => !chosen && actFor(whole ? null : partner.id)}
            >
              {partner.name}
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
