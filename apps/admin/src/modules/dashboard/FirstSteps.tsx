import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
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
              {preset.tariffs.slice(0, 4).map((one) => (
                <li key={one.title}>
                  <span>{one.title}</span> <Money amount={one.price} />
                </li>
              ))}
            </ul>
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
