import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { Problem, sentenceOf } from '../api.ts'
import classes from './Notice.module.css'

/** A sentence that matters, in its tone. Errors are announced to screen readers when they appear. */
export function Notice(props: { tone: 'bad' | 'warn' | 'info'; children: React.ReactNode }) {
  const Icon = props.tone === 'info' ? IconInfoCircle : IconAlertTriangle
  return (
    <div className={classes.notice} data-tone={props.tone} role={props.tone === 'bad' ? 'alert' : undefined}>
      <Icon size={16} aria-hidden />
      <div>{props.children}</div>
    </div>
  )
}

export function ErrorNotice({ error }: { error: unknown }) {
  if (!error) return null
  return (
    <Notice tone="bad">
      {sentenceOf(error)}
      {error instanceof Problem && error.request_id && (
        <span className={classes.request}>{error.request_id}</span>
      )}
    </Notice>
  )
}
