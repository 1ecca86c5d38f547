import { useMeta } from '../meta.ts'
import { instant, relative, tenantNow } from '../format.ts'

/** An instant as people say it; the exact time is in its title. */
export function When({ at }: { at: unknown }) {
  const { tenant } = useMeta()
  if (typeof at !== 'string') return null
  return (
    <time dateTime={at} title={instant(at, tenant.time_zone)}>
      {relative(at, tenantNow(tenant), tenant.time_zone)}
    </time>
  )
}
