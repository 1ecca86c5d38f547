import { Navigate } from '@tanstack/react-router'
import { useMeta } from '../../meta.ts'

/** There is one ISP to look at: its page, not a list of it. */
export function IspPage() {
  const { tenant } = useMeta()
  return <Navigate to="/$plural/$id" params={{ plural: 'tenants', id: tenant.id }} replace />
}
