import type { App } from './app.ts'
import { mustBeCurrent, reading, type Actor, type Principal } from './ctx.ts'
import type { Access } from './permissions.ts'
import { Refused } from './refused.ts'
import { tenantOf } from './tenants.ts'

/**
 * Acting within a partner: somebody who sees a subtree of partners asks, for this request, to see and do only what belongs to one
 * partner below. Roles stay; rows, defaults and what concerns the whole ISP follow the narrower partner.
 */
export async function actingFor(app: App, principal: Principal, partner_id: string): Promise<Principal> {
  if (partner_id === principal.access.partner_id) return principal
  const tenant = await tenantOf(app, principal.tenant_id)
  const own = principal.access.partner_id ?? tenant.root_partner_id
  if (!tenant.subtrees.get(own)?.includes(partner_id)) {
    // Another process may have made the partner a moment ago; then the request starts again.
    await mustBeCurrent(await reading(app, principal, {}))
    throw new Refused(
      403,
      'not_your_partner',
      'You cannot act for this partner: it is not yours or one below it, or it is not there any more.',
    )
  }
  if (partner_id === tenant.root_partner_id) return principal
  return narrowed(principal, partner_id)
}

/** The same actor as of now, acting for whom it acted before. */
export async function principalAsNow(
  app: App,
  tenant_id: string,
  actor: Actor,
  acting_partner_id: string | null,
): Promise<Principal> {
  const principal = await app.principalOf(tenant_id, actor)
  return acting_partner_id === null ? principal : actingFor(app, principal, acting_partner_id)
}

/** The partner acted for, where it is not the actor's own. */
export const actingPartnerOf = (access: Access): string | null =>
  access.own_partner_id === undefined ? null : access.partner_id

/** One value a principal and partner: what is known of an access (its shapes) is kept by identity. */
const narrow = new WeakMap<Principal, Map<string, Principal>>()

function narrowed(principal: Principal, partner_id: string): Principal {
  let byPartner = narrow.get(principal)
  if (!byPartner) narrow.set(principal, (byPartner = new Map()))
  let found = byPartner.get(partner_id)
  if (!found) {
    const { access } = principal
    found = { ...principal, access: { ...access, partner_id, own_partner_id: access.partner_id } }
    byPartner.set(partner_id, found)
  }
  return found
}
