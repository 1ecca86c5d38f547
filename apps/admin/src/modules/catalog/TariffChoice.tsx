import { Skeleton, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf, type Row } from '../../api.ts'
import { kbps } from '../../format.ts'
import { Money } from '../../ui/Money.tsx'
import { Notice } from '../../ui/Notice.tsx'
import type { Offered } from './offered.ts'
import classes from './TariffChoice.module.css'

type Props = {
  label: string
  offered: Offered | undefined
  error: unknown
  value: string
  onChange: (tariff: Row) => void
  /** The one the service has: it is not offered again. */
  without?: string
  problem?: string | undefined
}

const order = ['internet', 'bundle', 'voice', 'recurring', 'one_time']

/** The tariffs that may be sold, one of which is chosen; what is not offered says why when it is asked for. */
export function TariffChoice({ label, offered, error, value, onChange, without, problem }: Props) {
  const { t } = useTranslation()
  const [refused, setRefused] = useState(false)
  if (error) return <Notice tone="warn">{sentenceOf(error)}</Notice>
  if (!offered)
    return (
      <Stack gap={6}>
        {[1, 2, 3].map((one) => (
          <Skeleton key={one} h={52} />
        ))}
      </Stack>
    )
  const tariffs = offered.data
    .filter((tariff) => tariff.id !== without)
    .toSorted((a, b) => order.indexOf(String(a['service_type'])) - order.indexOf(String(b['service_type'])))
  return (
    <div>
      <div role="radiogroup" aria-label={label} className={classes.list}>
        {tariffs.map((tariff) => (
          <label key={tariff.id} className={classes.tariff} data-chosen={tariff.id === value || undefined}>
            <input
              type="radio"
              name="tariff_id"
              value={tariff.id}
              checked={tariff.id === value}
              onChange={() => onChange(tariff)}
            />
            <span className={classes.title}>{String(tariff['title'])}</span>
            <Speeds tariff={tariff} />
            <span className={classes.price}>
              <Money amount={tariff['price']} />
              {tariff['service_type'] !== 'one_time' && (
                <span className={classes.period}> {t('tariff.aMonth')}</span>
              )}
            </span>
          </label>
        ))}
      </div>
      {tariffs.length === 0 && <Text c="dimmed">{t('tariff.noneOffered')}</Text>}
      {problem && (
        <Text c="var(--isp-bad)" fz={13} mt={4} role="alert">
          {problem}
        </Text>
      )}
      {offered.not_offered.length > 0 && (
        <>
          <UnstyledButton
            className={classes.more}
            aria-expanded={refused}
            onClick={() => setRefused(!refused)}
          >
            {t('tariff.notOffered', { count: offered.not_offered.length })}
          </UnstyledButton>
          {refused && (
            <ul className={classes.refused}>
              {offered.not_offered.slice(0, 30).map((tariff) => (
                <li key={tariff.id}>
                  {tariff.title}: {tariff.reasons.map((reason) => reason.sentence).join(' ')}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </div>
  )
}

export function Speeds({ tariff }: { tariff: Row }) {
  const { t } = useTranslation()
  const [down, up] = [tariff['speed_download_kbps'], tariff['speed_upload_kbps']]
  if (!down) return null
  return (
    <span className={classes.speeds}>
      <IconArrowDown size={13} aria-label={t('home.download')} /> {kbps(down)}{' '}
      <IconArrowUp size={13} aria-label={t('home.upload')} /> {kbps(up)}
    </span>
  )
}
