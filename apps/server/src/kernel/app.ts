import type pg from 'pg'
import type { Logger } from 'pino'
import type { Logger as WorkerLogger } from 'graphile-worker'
import type { FastifyInstance } from 'fastify'
import type { Verb } from './commands.ts'
import type { Config } from './config.ts'
import type { Secrets } from './crypto.ts'
import type { Actor, Ctx, Principal } from './ctx.ts'
import type { Db } from './db.ts'
import type { Consumer } from './events.ts'
import type { Insider } from './insiders.ts'
import type { Job } from './jobs.ts'
import type { Paths } from './openapi/parts.ts'
import type { Access } from './permissions.ts'
import type { Fields, Resource } from './resource.ts'
import type { Schedule } from './schedules.ts'
import type { TenantCache } from './tenants.ts'

/** The running program: what modules declared, and the few things that exist once a process. */
export type App = {
  config: Config
  /** As the application's role, which owns nothing and sees one tenant at a time. */
  pool: pg.Pool
  /** As the owner: migrations, the job runner, the entity builder's DDL. */
  migratorPool: pg.Pool
  log: Logger
  workerLogger: WorkerLogger
  secrets: Secrets
  tenants: TenantCache
  everything: Access
  nouns: Nouns
  verbs: readonly Verb[]
  consumers: readonly Consumer[]
  insiders: readonly Insider[]
  jobs: readonly Job[]
  schedules: readonly Schedule[]
  modules: readonly Module[]
  /** Entities and fields an administrator made, read by the module that keeps them. */
  loadExtensions(db: Db, tenant_id: string): Promise<Extensions>
  /** Token → who acts; null when it opens nothing. */
  authenticate(token: string, by: 'api_key' | 'session'): Promise<Principal | null>
  /** A user or key as it stands now, for work that goes on after its request. */
  principalOf(tenant_id: string, actor: Actor): Promise<Principal>
  /** New events were committed by this process. */
  wake(): void
}

export type Extensions = {
  entities: ReadonlyMap<string, Resource>
  custom_fields: ReadonlyMap<string, Fields>
}

export type Nouns = {
  builtIn: readonly Resource[]
  all(ctx: Ctx): readonly Resource[]
  byName(ctx: Ctx, name: string): Resource | undefined
  byPlural(ctx: Ctx, plural: string, entity: boolean): Resource | undefined
  verbs(noun: Resource): readonly Verb[]
}

/** What a module gives the program. Plain data; `modules.ts` lists them in order. */
export type Module = {
  name: string
  nouns?: readonly Resource[]
  verbs?: readonly Verb[]
  consumers?: readonly Consumer[]
  insiders?: readonly Insider[]
  jobs?: readonly Job[]
  schedules?: readonly Schedule[]
  /** Only what is neither a noun nor a verb. */
  routes?: (server: FastifyInstance, app: App) => void
  /** Those routes in the API's description. */
  paths?: Paths
  /** What a rehearsal answers beside its result, such as the money it would move; read before all is rolled back. */
  rehearsed?: (ctx: Ctx) => Promise<Record<string, unknown>>
  /** Rows that every new tenant starts with: roles, series, accounts. */
  newTenant?: (ctx: Ctx) => Promise<void>
  /** Daemons, by role; answers how to stop. */
  start?: (app: App) => Promise<{ stop(): Promise<void> } | undefined>
  authenticate?: (app: App, ...asked: Parameters<App['authenticate']>) => ReturnType<App['authenticate']>
  principalOf?: (app: App, ...asked: Parameters<App['principalOf']>) => ReturnType<App['principalOf']>
  loadExtensions?: App['loadExtensions']
}

const entityNamed = (ctx: Ctx, name: string): Resource | undefined =>
  [...ctx.tenant.entities.values()].find((noun) => noun.name === name)

export function nounsOf(modules: readonly Module[]): Nouns {
  const builtIn = modules.flatMap((module) => module.nouns ?? [])
  const byName = new Map(builtIn.map((noun) => [noun.name, noun]))
  const byPlural = new Map(builtIn.map((noun) => [noun.plural, noun]))
  const verbs = Map.groupBy(
    modules.flatMap((module) => module.verbs ?? []),
    (verb) => verb.noun,
  )
  return {
    builtIn,
    all: (ctx) => [...builtIn, ...ctx.tenant.entities.values()],
    byName: (ctx, name) => byName.get(name) ?? entityNamed(ctx, name),
    byPlural: (ctx, plural, entity) =>
      entity ? (ctx.tenant.entities.get(plural) ?? entityNamed(ctx, plural)) : byPlural.get(plural),
    verbs: (noun) => verbs.get(noun) ?? [],
  }
}
