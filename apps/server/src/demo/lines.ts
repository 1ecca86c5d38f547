import type { App } from '#kernel/app.ts'
import { act, systemPrincipal, type Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, update } from '#kernel/store.ts'
import { routers } from '#modules/network/index.ts'
import { demo_nas_ip } from './provider.ts'
import { seededRandom } from './random.ts'
import type { Line } from './traffic.ts'

/** What the simulated router knows of itself. */
export type DemoRouter = {
  id: string
  tenant_id: string
  title: string
  radius_secret: string
  coa_port: number
  interim_interval_s: number
  time_zone: string
}

/** A subscriber's modem: what is typed into it, and how it is used. */
export type Modem = Line & {
  service_id: string
  version: number
  login: string
  password: string
  mac: string
}

export const asDemo = <T>(app: App, tenant_id: string, work: (ctx: Ctx) => Promise<T>): Promise<T> =>
  act(app, systemPrincipal(app, tenant_id, 'Demo'), {}, work)

export const demoRouterOf = (app: App, tenant_id: string): Promise<DemoRouter | undefined> =>
  asDemo(app, tenant_id, async (ctx) => {
    const row = await ctx.db.maybe(sql<
      Omit<DemoRouter, 'radius_secret' | 'tenant_id' | 'time_zone'> & { radius_secret: Buffer }
    >`
      select id, title, radius_secret, coa_port, interim_interval_s
      from routers
      where nas_ip = ${demo_nas_ip}::inet and status = 'active'`)
    if (!row) return undefined
    const radius_secret = await app.secrets.open(
      tenant_id,
      { table: 'routers', column: 'radius_secret', row_id: row.id },
      row.radius_secret,
    )
    return { ...row, radius_secret, tenant_id, time_zone: ctx.tenant.time_zone }
  })

/** The port where it listens for CoA was taken; the ISP must know the one it got. */
export const moveCoaPort = (app: App, router: DemoRouter, coa_port: number): Promise<unknown> =>
  asDemo(app, router.tenant_id, (ctx) => update(ctx, asResource(routers), router.id, { coa_port }))

/**
 * The modems behind this router: active internet services, with their passwords opened as no other part of the program does.
 * `known` keeps what has not changed from being opened again.
 */
export async function modemsOf(
  app: App,
  router: DemoRouter,
  known: ReadonlyMap<string, Modem>,
): Promise<Modem[]> {
  const rows = await asDemo(app, router.tenant_id, (ctx) =>
    ctx.db.all(sql<{
      service_id: string
      version: number
      login: string
      password: Buffer
      mac: string | null
      speed_download_kbps: bigint
      speed_upload_kbps: bigint
      company: boolean
    }>`
      select s.id as service_id, s.version, s.login, s.password, s.mac, t.speed_download_kbps, t.speed_upload_kbps,
        c.category = 'company' as company
      from services s
      join tariffs t on t.tenant_id = s.tenant_id and t.id = s.tariff_id
      join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
      where s.router_id = ${router.id} and s.status = 'active' and s.service_type = 'internet'
      order by s.id
      limit ${most_modems}`),
  )
  const modems: Modem[] = []
  for (const row of rows) {
    const before = known.get(row.service_id)
    if (before?.version === row.version) {
      modems.push(before)
      continue
    }
    const password = await app.secrets.open(
      router.tenant_id,
      { table: 'services', column: 'password', row_id: row.service_id },
      row.password,
    )
    modems.push({
      ...row,
      password,
      mac: row.mac ?? macOf(row.login),
      speed_download_kbps: Number(row.speed_download_kbps),
      speed_upload_kbps: Number(row.speed_upload_kbps),
      appetite: appetiteOf(row.login),
    })
  }
  return modems
}
const most_modems = 2000

/** The same household is the same heavy user every day. */
export const appetiteOf = (login: string): number => seededRandom(numberOf(login)).appetite()

const macOf = (login: string): string =>
  `02:4e:57:${numberOf(login)
    .toString(16)
    .padStart(8, '0')
    .slice(0, 6)
    .replace(/(..)(..)(..)/, '$1:$2:$3')}`

/** FNV-1a. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}
