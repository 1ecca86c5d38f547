import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { pointersTo, repoint, type Pointer } from '#kernel/repoint.ts'
import type { Resource } from '#kernel/resource.ts'
import { id, sql, type Sql } from '#kernel/sql.ts'

/** So many rows of a noun are audited one by one; of more, the move itself says how many. */
const auditedAtMost = 1000

/** Rows of these nouns are a service's own past and terms, and go where it goes; documents stay with who was billed. */
const goWithService = ['session', 'coa_request', 'usage_day', 'discount', 'surcharge']

export type Moved = { noun: string; label: string; rows: number }
type Move = { id: string; from: string; to: string }

/**
 * All that is a customer's. What it pays less on each of its services is given to those services instead, so that the services of
 * the other stay as they are; a fixed amount off its invoices comes off the other's.
 */
export async function moveEverything(ctx: Ctx, move: Move): Promise<Moved[]> {
  const pointers = pointersTo(ctx, 'customer').filter(({ noun }) => noun.name !== 'customer_move')
  return moveThese(ctx, move, pointers, ({ noun }) =>
    noun.name === 'discount'
      ? sql`(service_id is not null or (applies_to = 'invoice' and kind = 'fixed'))`
      : undefined,
  )
}

/** One service with its past. Answers what moved beside the service itself. */
export const moveService = (ctx: Ctx, move: Move & { service_id: string }): Promise<Moved[]> =>
  moveThese(ctx, move, followers(ctx), () => sql`service_id = ${move.service_id}`)

/** The address of a service that moves. */
export const moveAddress = (ctx: Ctx, move: Move, address_id: string): Promise<Moved[]> =>
  moveThese(
    ctx,
    move,
    pointersTo(ctx, 'customer').filter(({ noun }) => noun.name === 'address'),
    () => sql`id = ${address_id}`,
  )

/** The rows that were moved go back, and with services and invoices what became of them meanwhile. */
export async function moveBack(ctx: Ctx, move: Move): Promise<void> {
  const rows = await ctx.db.all(sql<{ noun: string; field: string; row_ids: string[] }>`
    select noun, field, array_agg(row_id) as row_ids
    from customer_move_rows
    where customer_move_id = ${move.id}
    group by noun, field`)
  const pointers = pointersTo(ctx, 'customer')
  const back = { target: 'customer', from: move.to, to: move.from }
  for (const { noun, field, row_ids } of rows) {
    const pointer = pointers.find((one) => one.noun.name === noun && one.field === field)
    if (!pointer) continue
    const moved = await repoint(ctx, pointer, { ...back, only: sql`id = any(${row_ids}::uuid[])` })
    tellOf(ctx, pointer, moved, back, 'given_back')
  }
  const idsOf = (name: string) => rows.find(({ noun }) => noun === name)?.row_ids ?? []
  for (const pointer of followers(ctx))
    await repoint(ctx, pointer, { ...back, only: sql`service_id = any(${idsOf('service')}::uuid[])` })
  const allocated = pointers.find(({ noun }) => noun.name === 'allocation')
  if (allocated)
    await repoint(ctx, allocated, {
      ...back,
      only: sql`(invoice_id = any(${idsOf('invoice')}::uuid[]) or opening_debt_id = any(${idsOf('opening_balance')}::uuid[]))`,
    })
}

/** Writes down that a row moved by a verb of its own belongs to the move. */
export const noteMoved = (ctx: Ctx, move: Move, noun: Resource, field: string, ids: Sql): Promise<number> =>
  ctx.db.run(sql`
    insert into customer_move_rows (tenant_id, customer_move_id, noun, field, row_id)
    select ${ctx.tenant.id}::uuid, ${move.id}::uuid, ${noun.name}, ${field}, id
    from ${id(noun.table)}
    where id in (${ids})`)

const followers = (ctx: Ctx): Pointer[] =>
  pointersTo(ctx, 'customer').filter(({ noun }) => goWithService.includes(noun.name))

async function moveThese(
  ctx: Ctx,
  move: Move,
  pointers: readonly Pointer[],
  only: (pointer: Pointer) => Sql | undefined,
): Promise<Moved[]> {
  const counted = new Map<string, Moved>()
  for (const pointer of pointers) {
    const { noun, field } = pointer
    const condition = only(pointer)
    const there = { target: 'customer', from: move.from, to: move.to }
    const ids = await repoint(ctx, pointer, { ...there, ...(condition ? { only: condition } : {}) })
    if (ids.length === 0) continue
    await noteMoved(ctx, move, noun, field, sql`select unnest(${ids}::uuid[])`)
    tellOf(ctx, pointer, ids, there, 'taken_over')
    const before = counted.get(noun.name)?.rows ?? 0
    counted.set(noun.name, { noun: noun.name, label: noun.label_plural, rows: before + ids.length })
  }
  return [...counted.values()]
}

function tellOf(
  ctx: Ctx,
  { noun, field }: Pointer,
  ids: readonly string[],
  { from, to }: { from: string; to: string },
  action: string,
): void {
  if (ids.length > auditedAtMost) return
  for (const row_id of ids)
    record(ctx, {
      noun: noun.name,
      row_id,
      action,
      changes: { [field]: [from, to] },
      data: { customer_id: to, from_customer_id: from },
    })
}
