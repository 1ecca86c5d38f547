import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleMinus,
  IconCircleX,
  IconLoader,
} from '@tabler/icons-react'
import type { Field } from '../meta.ts'
import { labelOf } from '../format.ts'
import classes from './StatusChip.module.css'

export type Tone = 'ok' | 'info' | 'warn' | 'bad' | 'idle' | 'busy'

/** What a state means for the person who reads it. The word is always shown beside the colour and the icon. */
const tones: Record<string, Tone> = {
  active: 'ok',
  online: 'ok',
  paid: 'ok',
  done: 'ok',
  succeeded: 'ok',
  accept: 'ok',
  accepted: 'ok',
  acknowledged: 'ok',
  final: 'info',
  new: 'info',
  draft: 'info',
  preview: 'info',
  ready: 'info',
  invited: 'info',
  queued: 'info',
  running: 'busy',
  previewing: 'busy',
  confirming: 'busy',
  validating: 'busy',
  sent: 'busy',
  partially_paid: 'warn',
  stale: 'warn',
  walled: 'warn',
  stopped: 'warn',
  pending: 'warn',
  suspended: 'warn',
  blocked: 'bad',
  overdue: 'bad',
  failed: 'bad',
  rejected: 'bad',
  reject: 'bad',
  bounced: 'bad',
  gone: 'bad',
}
const colours: Record<string, Tone> = {
  green: 'ok',
  blue: 'info',
  yellow: 'warn',
  orange: 'warn',
  amber: 'warn',
  red: 'bad',
  gray: 'idle',
  grey: 'idle',
}
const icons = {
  ok: IconCircleCheck,
  info: IconCircleDashed,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  idle: IconCircleMinus,
  busy: IconLoader,
}

export function toneOf(value: string, color?: string): Tone {
  return tones[value] ?? (color === undefined ? undefined : colours[color]) ?? 'idle'
}

export function Chip({ tone, children, icon }: { tone: Tone; children: React.ReactNode; icon?: boolean }) {
  const Icon = icons[tone]
  return (
    <span className={classes.chip} data-tone={tone}>
      {icon !== false && <Icon size={13} stroke={2} aria-hidden />}
      <span className={classes.word}>{children}</span>
    </span>
  )
}

/** A state in the noun's own word. */
export function StatusChip({ value, field }: { value: unknown; field?: Field | undefined }) {
  if (typeof value !== 'string' || value === '') return null
  const choice = field?.values?.find((one) => one.value === value)
  const label = field ? labelOf(field, value) : labelOf({ name: '', label: '', kind: 'choice' }, value)
  return <Chip tone={toneOf(value, choice?.color)}>{label}</Chip>
}

/** Online or not, in a word as well as a dot. */
export function OnlineDot({ online, labels }: { online: boolean; labels: [string, string] }) {
  return (
    <span className={classes.online} data-online={online || undefined}>
      <span className={classes.dot} aria-hidden />
      {online ? labels[0] : labels[1]}
    </span>
  )
}
