import { useQuery } from '@tanstack/react-query'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { whileAttended } from '../live.ts'
import { jobsQuery } from '../modules/jobs/jobs.ts'
import { paths } from '../paths.ts'
import { PlainLink } from '../ui/Link.tsx'
import classes from './TroubleStrip.module.css'

/** What the system itself needs from the person; nothing while it needs nothing. */
export function TroubleStrip() {
  const { t } = useTranslation()
  const ready = useQuery({
    queryKey: ['readyz'],
    queryFn: readyz,
    refetchInterval: whileAttended(30_000),
    retry: 1,
  })
  // Who may not see the queue is answered 403, and sees no strip.
  const jobs = useQuery(jobsQuery)
  const failures = (jobs.data?.data ?? []).filter((job) => job.status === 'failed')
  if (ready.data === false) return <Strip>{t('trouble.notReady')}</Strip>
  if (failures.length === 0) return null
  return (
    <Strip>
      {t('trouble.failedJobs', { count: failures.length, task: failures[0]?.task })}{' '}
      <PlainLink href={paths.jobs()}>{t('trouble.look')}</PlainLink>
    </Strip>
  )
}

/** `/readyz` is for load balancers and answers 503 while something is missing. */
async function readyz(): Promise<boolean> {
  const response = await fetch('/readyz')
  return response.ok || response.status === 404
}

function Strip({ children }: { children: React.ReactNode }) {
  return (
    <div className={classes.strip} role="status">
      <IconAlertTriangle size={15} aria-hidden />
      <span>{children}</span>
    </div>
  )
}
