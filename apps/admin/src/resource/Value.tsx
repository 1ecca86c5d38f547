import { Code, Text } from '@mantine/core'
import { IconCheck, IconMinus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Refs } from '../api.ts'
import { bitsPerSecond, bytes, count, date, duration, humanise, kbps, labelOf } from '../format.ts'
import { isRecord, useMeta, type Field } from '../meta.ts'
import { paths } from '../paths.ts'
import { TextLink } from '../ui/Link.tsx'
import { Money } from '../ui/Money.tsx'
import { StatusChip } from '../ui/StatusChip.tsx'
import { When } from '../ui/When.tsx'

export type ValueProps = {
  field: Field
  value: unknown
  refs?: Refs | undefined
  currency?: unknown
  full?: boolean
}

/** A field's value as a person reads it, by the field's kind. `full` is for a page, where there is room. */
export function Value({ field, value, refs, currency, full }: ValueProps) {
  const { t } = useTranslation()
  if (value === null || value === undefined || value === '') return null
  switch (field.kind) {
    case 'choice':
      return field.name === 'status' || field.values?.some((choice) => choice.color) ? (
        <StatusChip value={value} field={field} />
      ) : (
        labelOf(field, value)
      )
    case 'money':
      return <Money amount={value} currency={currency} owing />
    case 'boolean':
      return value === true ? (
        <IconCheck size={16} style={inLine} aria-label={t('common.yes')} />
      ) : (
        <IconMinus size={16} style={inLine} aria-label={t('common.no')} color="var(--isp-dim)" />
      )
    case 'date':
      return <time dateTime={String(value)}>{date(String(value))}</time>
    case 'datetime':
      return <When at={value} />
    case 'user':
    case 'files':
    case 'reference':
    case 'references':
      if (!field.to && field.name !== 'row_id') return String(value)
      return <Reference field={field} value={value} refs={refs} />
    case 'bytes':
      return field.unit === 'bit/s' ? bitsPerSecond(value) : bytes(value)
    case 'kbps':
      return kbps(value)
    case 'duration':
      return duration(typeof value === 'number' ? value : secondsOf(String(value)))
    case 'integer':
    case 'bigint':
      return typeof value === 'number' ? count(value) + unitOf(value, field.unit) : String(value)
    case 'percent':
      return `${String(value)} %`
    case 'secret':
      return value === 'set' ? t('value.secretSet') : null
    case 'email':
      return full ? <a href={`mailto:${String(value)}`}>{String(value)}</a> : String(value)
    case 'phone':
      return full ? <a href={`tel:${String(value)}`}>{String(value)}</a> : String(value)
    case 'url':
      return full && /^https?:/.test(String(value)) ? (
        <a href={String(value)} rel="noreferrer" target="_blank">
          {String(value)}
        </a>
      ) : (
        String(value)
      )
    case 'geo_point':
      return isRecord(value) ? `${String(value['lat'])}, ${String(value['lon'])}` : null
    case 'rating':
      return (
        <span aria-label={t('value.rating', { value: String(value), best: field.max ?? 5 })}>
          {'★'.repeat(Number(value))}
          <span aria-hidden style={{ color: 'var(--isp-border)' }}>
            {'★'.repeat(Math.max(0, (field.max ?? 5) - Number(value)))}
          </span>
        </span>
      )
    case 'choices':
      return Array.isArray(value) ? value.map((one) => labelOf(field, one)).join(', ') : null
    case 'formula':
      return typeof value === 'boolean'
        ? t(value ? 'common.yes' : 'common.no')
        : typeof value === 'number'
          ? count(value)
          : String(value)
    case 'json':
      return <Json value={value} full={full === true} />
    case 'rich_text':
    case 'long_text':
      return full ? <Text style={{ whiteSpace: 'pre-wrap' }}>{String(value)}</Text> : String(value)
    default:
      return Array.isArray(value) ? value.map(String).join(', ') : String(value)
  }
}

/** `1 month`, `3 months`: units are declared in the plural. */
function unitOf(value: number, unit: string | undefined): string {
  if (!unit) return ''
  return ` ${value === 1 ? unit.replace(/^(minute|day|month|year)s\b/, '$1') : unit}`
}

/** `PT1H30M` in seconds. */
function secondsOf(text: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text) ?? []
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

function Reference({ field, value, refs }: { field: Field; value: unknown; refs: Refs | undefined }) {
  const { nouns } = useMeta()
  const ids = Array.isArray(value) ? value.map(String) : [String(value)]
  return ids.map((id, index) => {
    const known = refs?.[id]
    const noun = nouns.find((one) => one.name === (known?.noun ?? field.to))
    // What was deleted, or is not for this person, has no name for them.
    const title = known?.title ?? '–'
    return (
      <span key={id}>
        {index > 0 && ', '}
        {noun?.can.get ? (
          <TextLink href={paths.row(noun, id)} inherit>
            {title}
          </TextLink>
        ) : (
          title
        )}
      </span>
    )
  })
}

const inLine = { verticalAlign: 'middle' } as const

function Json({ value, full }: { value: unknown; full: boolean }) {
  if (!full)
    return (
      <span>
        {isRecord(value)
          ? Object.entries(value)
              .map(([key, one]) => `${humanise(key)}: ${plain(one)}`)
              .join(', ')
          : plain(value)}
      </span>
    )
  return (
    <Code block tabIndex={0}>
      {JSON.stringify(value, null, 2)}
    </Code>
  )
}

function plain(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
