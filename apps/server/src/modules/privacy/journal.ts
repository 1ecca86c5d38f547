import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from '#kernel/app.ts'
import { act, systemPrincipal, type Ctx } from '#kernel/ctx.ts'
import { poolDb } from '#kernel/db.ts'
import { on } from '#kernel/events.ts'
import { sql } from '#kernel/sql.ts'
import { find, lock } from '#kernel/store.ts'
import { contacts, customers } from '#modules/customers/index.ts'
import { destroyKey } from './destroy-keys.ts'
import { erase } from './erase.ts'
import { forgetContact } from './erase-contact.ts'
import { erasures } from './erasures.ts'

/** A line of the journal: who was erased, or whose key was destroyed, by ids alone. */
type Line = {
  done: 'erased' | 'destroyed'
  tenant_id: string
  erasure_id: string
  customer_id: string
  /** One person of the customer's. */
  contact_id?: string
  at: string
}

export const journalName = 'erasures.jsonl'

/**
 * Erasures are noted outside of the database too, in the data folder and beside the backups, since an older backup would bring back who
 * was erased after it.
 */
export const noteErasures = on(
  'privacy.note_erasures',
  ['erasure.made', 'erasure.destroyed'],
  async (ctx, event) => {
    const erasure = await find(ctx, erasures, event.row_id)
    if (!erasure) return
    note(ctx.app, {
      done: event.type === 'erasure.made' ? 'erased' : 'destroyed',
      tenant_id: ctx.tenant.id,
      erasure_id: erasure.id,
      customer_id: erasure.customer_id,
      ...(erasure.contact_id ? { contact_id: erasure.contact_id } : {}),
      at: event.at,
    })
  },
)

function note(app: App, line: Line): void {
  const { data_dir, backup } = app.config
  for (const folder of new Set([data_dir, backup.folder])) {
    mkdirSync(folder, { recursive: true, mode: 0o750 })
    appendFileSync(join(folder, journalName), `${JSON.stringify(line)}\n`, { mode: 0o600 })
  }
}

/** Carries out again what the journal knows and the database does not: it was restored from before. Done before anybody is served. */
export async function eraseAgain(app: App): Promise<void> {
  for (const line of await forgotten(app)) {
    try {
      await act(app, systemPrincipal(app, line.tenant_id), {}, (ctx) => again(ctx, line))
      app.log.warn(
        { erasure_id: line.erasure_id, done: line.done },
        'an erasure was carried out again after a restore',
      )
    } catch (error) {
      app.log.error({ err: error, erasure_id: line.erasure_id }, 'an erasure could not be carried out again')
    }
  }
}

async function again(ctx: Ctx, { done, erasure_id, customer_id, contact_id }: Line): Promise<void> {
  const known = await find(ctx, erasures, erasure_id)
  const reason = 'Again, after a backup was restored'
  if (!known && contact_id) {
    const contact = await lock(ctx, contacts, contact_id)
    if (!contact.erased_at) await forgetContact(ctx, contact, { erasure_id, reason })
  } else if (!known) {
    const customer = await lock(ctx, customers, customer_id)
    if (!customer.erased_at) await erase(ctx, customer, { erasure_id, reason })
  }
  if (done === 'destroyed') {
    const erasure = await lock(ctx, erasures, erasure_id)
    if (erasure.originals === 'sealed') await destroyKey(ctx, erasure)
  }
}

/** Lines of the journal that the database knows nothing of, although it has the customer. */
export async function forgotten(app: App): Promise<Line[]> {
  const path = join(app.config.data_dir, journalName)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(lineOf)
    .filter((line) => line !== undefined)
  const tenants = await poolDb(app.pool).all(sql<{ id: string }>`select id from all_tenants()`)
  const missing: Line[] = []
  for (const { id } of tenants) {
    const theirs = lines.filter((line) => line.tenant_id === id)
    if (theirs.length === 0) continue
    const { made, destroyed, there } = await act(app, systemPrincipal(app, id), {}, async (ctx) => ({
      made: await idsOf(ctx, sql`select id from erasures`),
      destroyed: await idsOf(ctx, sql`select id from erasures where originals <> 'sealed'`),
      there: await idsOf(
        ctx,
        sql`select id from customers where id = any(${theirs.map((line) => line.customer_id)}::uuid[])`,
      ),
    }))
    missing.push(
      ...theirs.filter(
        ({ done, erasure_id, customer_id }) =>
          there.has(customer_id) && !(done === 'erased' ? made : destroyed).has(erasure_id),
      ),
    )
  }
  return missing
}

const idsOf = async (ctx: Ctx, query: ReturnType<typeof sql>): Promise<Set<string>> =>
  new Set(((await ctx.db.all(query)) as { id: string }[]).map(({ id }) => id))

/** A line that was cut off by a crash is written again, since its event was not passed. */
function lineOf(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}
