import type { App } from './app.ts'
import { transaction } from './db.ts'
import { notFound } from './refused.ts'
import type { Fields, Resource } from './resource.ts'
import { sql } from './sql.ts'

/** One ISP. What changes rarely is cached, and dropped when a transaction sees a newer `access_version`. */
export type Tenant = {
  id: string
  name: string
  currency: string
  time_zone: string
  test_clock: boolean
  clock_at: string | null
  access_version: bigint
  /** Partner id → ids of its subtree, itself included. */
  subtrees: ReadonlyMap<string, readonly string[]>
  root_partner_id: string
  /** The administrator's entities by their plural name, and fields added to built-in nouns by noun name. */
  entities: ReadonlyMap<string, Resource>
  custom_fields: ReadonlyMap<string, Fields>
}

type TenantRow = Pick<
  Tenant,
  'id' | 'name' | 'currency' | 'time_zone' | 'test_clock' | 'clock_at' | 'access_version'
>

export type TenantCache = {
  get(tenant_id: string): Promise<Tenant>
  seen(tenant_id: string, access_version: bigint): void
}

export const tenantOf = (app: App, tenant_id: string): Promise<Tenant> => app.tenants.get(tenant_id)

export function createTenantCache(app: () => App): TenantCache {
  const cached = new Map<string, Promise<Tenant>>()
  const versions = new Map<string, bigint>()
  return {
    get(tenant_id) {
      let tenant = cached.get(tenant_id)
      if (!tenant) {
        tenant = load(app(), tenant_id)
        cached.set(tenant_id, tenant)
        tenant.then(
          (loaded) => versions.set(tenant_id, loaded.access_version),
          () => cached.delete(tenant_id),
        )
      }
      return tenant
    },
    seen(tenant_id, access_version) {
      const known = versions.get(tenant_id)
      if (known !== undefined && access_version > known) {
        cached.delete(tenant_id)
        versions.delete(tenant_id)
      }
    },
  }
}

async function load(app: App, tenant_id: string): Promise<Tenant> {
  return transaction(app.pool, tenant_id, async (db) => {
    const row = await db.maybe(sql<TenantRow>`
      select id, name, currency, time_zone, test_clock, clock_at, access_version
      from tenants
      where id = ${tenant_id}`)
    if (!row) throw notFound('tenant')
    const partners = await db.all(
      sql<{ id: string; parent_id: string | null }>`select id, parent_id from partners`,
    )
    const root = partners.find((partner) => partner.parent_id === null)
    const { entities, custom_fields } = await app.loadExtensions(db, tenant_id)
    return {
      ...row,
      subtrees: subtreesOf(partners),
      root_partner_id: root?.id ?? '',
      entities,
      custom_fields,
    }
  })
}

function subtreesOf(partners: readonly { id: string; parent_id: string | null }[]): Map<string, string[]> {
  const parents = new Map(partners.map((partner) => [partner.id, partner.parent_id]))
  const subtrees = new Map<string, string[]>(partners.map((partner) => [partner.id, []]))
  for (const partner of partners) {
    // The database refuses cycles; the bound keeps a damaged tree from hanging us.
    let above: string | null | undefined = partner.id
    for (let depth = 0; above && depth < 100; depth++) {
      subtrees.get(above)?.push(partner.id)
      above = parents.get(above)
    }
  }
  return subtrees
}
