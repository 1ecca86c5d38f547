import type { Ctx } from '#kernel/ctx.ts'
import { inOwnWords } from '#kernel/entity-errors.ts'
import { refusalOf } from '#kernel/problems.ts'
import { Refused } from '#kernel/refused.ts'
import { attempt } from './attempt.ts'
import { withFurtherMistakes, without } from './further-mistakes.ts'
import { knownFor } from './known.ts'
import { prepare } from './prepare.ts'
import type { Place, ReadyRow } from './ready.ts'
import type { ReadRow } from './row.ts'
import { writeRows } from './write.ts'

/** What became of one row of the file. */
export type Outcome = {
  index: number
  status: 'ok' | 'failed' | 'skipped'
  action: 'created' | 'updated' | null
  row_id: string | null
  error: { code: string; detail: string; errors: readonly { field: string; code: string }[] } | null
}

export type Chunk = {
  rows: readonly ReadRow[]
  place: (row: ReadRow) => Place
  /** Rows of earlier chunks on which these stand, where they were rehearsed only and are not here. */
  standing: readonly ReadRow[]
}

/**
 * Writes a chunk of rows in the caller's transaction: all together where nothing is refused; otherwise halves, and halves of halves, so
 * that each row is in or out as a whole and a bad one costs a few statements.
 */
export async function writeChunk(ctx: Ctx, chunk: Chunk): Promise<Outcome[]> {
  const known = await knownFor(ctx, [...chunk.standing, ...chunk.rows])
  const outcomes: Outcome[] = []
  const byExternalId = new Map<string, ReadyRow>()
  const judge = async (row: ReadRow): Promise<ReadyRow[]> => {
    try {
      const { ready, refusal } = await prepare(ctx, row, chunk.place(row), known, byExternalId)
      if (refusal) throw await withFurtherMistakes(ctx, onItsOwn(ready), refusal)
      if (ready.customer && ready.external_id !== null) byExternalId.set(ready.external_id, ready)
      return [ready]
    } catch (error) {
      outcomes.push(failed(row.index, inOwnWords(ctx.tenant, error)))
      return []
    }
  }
  const standing: ReadyRow[] = []
  for (const row of chunk.standing) {
    for (const who of await judge(row))
      standing.push({
        ...who,
        address: undefined,
        contact: undefined,
        service: undefined,
        discount: undefined,
        opening: undefined,
      })
  }
  await inHalves(ctx, standing, new Set(), outcomes)
  outcomes.length = 0
  const ready: ReadyRow[] = []
  for (const row of chunk.rows) ready.push(...(await judge(row)))
  await inHalves(ctx, ready, new Set(), outcomes)
  return outcomes.sort((a, b) => a.index - b.index)
}

/** `lost` gathers the customers of rows that were refused: what stands on them is refused too. */
async function inHalves(
  ctx: Ctx,
  rows: readonly ReadyRow[],
  lost: Set<string>,
  outcomes: Outcome[],
): Promise<void> {
  const alive = rows.filter((row) => {
    const above = row.parent_id !== null && lost.has(row.parent_id)
    if (!above && !lost.has(row.customer_id)) return true
    outcomes.push(failed(row.index, above ? parentRefused : customerRefused))
    if (row.customer) lost.add(row.customer_id)
    return false
  })
  if (alive.length === 0) return
  try {
    outcomes.push(...(await attempt(ctx, () => writeRows(ctx, alive))))
  } catch (error) {
    if (!refusalOf(error)) throw error
    const [only] = alive
    if (alive.length === 1) {
      const refusal = refusalOf(inOwnWords(ctx.tenant, error))
      outcomes.push(
        failed(
          only!.index,
          refusal ? await withFurtherMistakes(ctx, without(only!, refusal), refusal) : error,
        ),
      )
      if (only!.customer && !only!.customer.existing) lost.add(only!.customer_id)
      return
    }
    const half = Math.ceil(alive.length / 2)
    await inHalves(ctx, alive.slice(0, half), lost, outcomes)
    await inHalves(ctx, alive.slice(half), lost, outcomes)
  }
}

/** Rows before it are not written yet: what of it stands on them is left out. */
function onItsOwn(row: ReadyRow): ReadyRow {
  const { customer } = row
  if (!customer) return { ...row, service: undefined, contact: undefined, address: undefined }
  const { parent_id: _above, ...values } = customer.values
  return { ...row, parent_id: null, customer: { ...customer, values } }
}

const parentRefused = new Refused(409, 'parent_refused', 'The row that brings its parent was refused.')
const customerRefused = new Refused(409, 'customer_refused', 'The row that brings this customer was refused.')

function failed(index: number, error: unknown): Outcome {
  const refusal = refusalOf(error)
  if (!refusal) throw error
  const errors = refusal.errors.map(({ field, code }) => ({ field, code }))
  return {
    index,
    status: 'failed',
    action: null,
    row_id: null,
    error: { code: refusal.code, detail: refusal.message, errors },
  }
}
