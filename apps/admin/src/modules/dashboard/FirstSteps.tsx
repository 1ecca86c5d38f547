import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newIdempotencyKey, type Page, type Row } from '../../api.ts'
import { useNoun } from '../../meta.ts'
import { Money } from '../../ui/Money.tsx'
import { Section } from '../../ui/Section.tsx'
import { useSmallChange } from '../notes/attached.ts'
import classes from './FirstSteps.module.css'

type Preset = {
  name: string
  title: string
  description: string
  tariffs: { title: string; price: string }[]
  taxes: { name: string; rate: string }[]
  revenue_categories: string[]
  labels: string[]
  roles: string[]
  coupons: string[]
  templates: { name: string }[]
}

/** An ISP that sells nothing yet is offered a catalogue to begin with; gone as soon as there is a tariff. */
export function FirstSteps() {
  const { t } = useTranslation()
  const tariff = useNoun('tariff')
  const sells = useQuery({
    queryKey: ['tariffs', 'any'],
    queryFn: () => api.get<Page<Row>>('/tariffs', { query: { limit: 1 } }),
    enabled: tariff?.can.create === true,
    meta: { live: ['tariff'] },
  })
  const empty = sells.data?.data.length === 0
  const { data } = useQuery({
    queryKey: ['presets'],
    queryFn: () => api.get<{ data: Preset[] }>('/presets'),
    enabled: empty,
  })
  const apply = useSmallChange()
  const [opened, setOpened] = useState<string | null>(null)
  if (!empty || !data) return null
  return (
    <Section title={t('first.title')}>
      <Text c="dimmed" mb="md">
        {t('first.how')}
      </Text>
      <ul className={classes.presets}>
        {data.data.map((preset) => (
          <li key={preset.name}>
            <Text fw={550}>{preset.title}</Text>
            <Text c="dimmed" fz={13}>
              {preset.description}
            </Text>
            <ul>
              {(opened === preset.name ? preset.tariffs : preset.tariffs.slice(0, 4)).map((one) => (
                <li key={one.title}>
                  <span>{one.title}</span> <Money amount={one.price} />
                </li>
              ))}
            </ul>
            {opened === preset.name && <Rest preset={preset} />}
            <Button
              variant="subtle"
              size="compact-sm"
              aria-expanded={opened === preset.name}
              onClick={() => setOpened(opened === preset.name ? null : preset.name)}
            >
              {opened === preset.name ? t('first.less') : t('first.all')}
            </Button>
            <Button
              variant="default"
              loading={apply.isPending}
              onClick={() =>
                apply.mutate(() =>
                  api.post(`/presets/${preset.name}/apply`, {}, { idempotency_key: newIdempotencyKey() }),
                )
              }
            >
              {t('first.apply')}
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** What it makes beside the tariffs. */
function Rest({ preset }: { preset: Preset }) {
  const { t } = useTranslation()
  const groups = [
    { label: t('first.taxes'), names: preset.taxes.map((tax) => `${tax.name} (${tax.rate} %)`) },
    { label: t('first.categories'), names: preset.revenue_categories },
    { label: t('first.labels'), names: preset.labels },
    { label: t('first.roles'), names: preset.roles },
    { label: t('first.templates'), names: preset.templates.map((template) => template.name) },
    { label: t('first.coupons'), names: preset.coupons },
  ]
  return groups
    .filter(({ names }) => names.length > 0)
    .map(({ label, names }) => (
      <Text key={label} fz={13}>
        <strong>{label}:</strong> {names.join(', ')}
      </Text>
    ))
}
