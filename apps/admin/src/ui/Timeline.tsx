import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { readable } from '../format.ts'
import { PlainLink } from './Link.tsx'
import classes from './Timeline.module.css'
import { When } from './When.tsx'

export type TimelineEntry = {
  id: string
  at: string
  title: string
  href?: string | undefined
  icon?: ReactNode
  actor?: { kind: string; name: string | null } | null
  reason?: string | null
  detail?: ReactNode
  /** The chain of events that led to it, the nearest last. */
  cause?: string | undefined
}

/** What happened, newest first: what, by whom or by which rule, why. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  const { t } = useTranslation()
  return (
    <ol className={classes.list}>
      {entries.map((entry) => (
        <li key={entry.id}>
          <span className={classes.mark} aria-hidden>
            {entry.icon}
          </span>
          <div className={classes.entry}>
            <div className={classes.title}>
              {entry.href ? (
                <PlainLink href={entry.href}>{readable(entry.title)}</PlainLink>
              ) : (
                readable(entry.title)
              )}
            </div>
            {entry.detail && (
              <div className={classes.detail}>
                {typeof entry.detail === 'string' ? readable(entry.detail) : entry.detail}
              </div>
            )}
            {entry.reason && (
              <div className={classes.detail}>{t('timeline.reason', { reason: readable(entry.reason) })}</div>
            )}
            {entry.cause && (
              <div className={classes.detail}>{t('timeline.because', { cause: entry.cause })}</div>
            )}
            <div className={classes.who}>
              <When at={entry.at} />
              {entry.actor && ` · ${entry.actor.name ?? t('timeline.system')}`}
            </div>
          </div>
        </li>
      ))}
    </ol>
  )
}
