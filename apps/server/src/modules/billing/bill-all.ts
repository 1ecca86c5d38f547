import type { Work } from '#kernel/jobs.ts'
import { find } from '#kernel/store.ts'
import { billChunk, type ChunkOf } from './chunk.ts'
import { customersDue, readCatalog } from './due.ts'
import { dayOf } from '#kernel/calendar.ts'
import { billingRuns } from './invoices.ts'
import type { Problem } from './runs.ts'

/** From so many customers on, two chunks are worked on at a time. */
const large = 4000

/** Bills whoever is due, chunk by chunk, each its own transaction. Answers who could not be billed; null when the run is not to be billed. */
export async function billAll(
  work: Work<{ billing_run_id: string }>,
  billing_run_id: string,
): Promise<Problem[] | null> {
  const begun = await work.act(async (ctx) => {
    const run = await find(ctx, billingRuns, billing_run_id)
    return run?.status === 'confirming' ? { run, catalog: await readCatalog(ctx) } : null
  })
  if (!begun) return null
  const problems: Problem[] = []
  const except: string[] = []
  const of: ChunkOf = { billing_run_id, date: begun.run.date, catalog: begun.catalog, except }
  const lane = async (locked: 'wait' | 'skip') => {
    for (;;) {
      if (work.stopping.aborted) throw new Error('The server is stopping; the run goes on afterwards.')
      try {
        const billed = await work.act((ctx) => billChunk(ctx, of, { locked }))
        if (billed === 0) return
      } catch (error) {
        if (isPassing(error)) throw error
        work.app.log.warn(
          { err: error, billing_run_id },
          'a chunk of a billing run failed; its customers are billed one by one',
        )
        await oneByOne()
      }
    }
  }
  const oneByOne = async () => {
    const due = await work.act((ctx) => customersDue(ctx, dayOf(of.date), 1000, { except }))
    for (const { id, number } of due) {
      try {
        await work.act((ctx) => billChunk(ctx, of, { only: id, locked: 'wait' }))
      } catch (error) {
        if (isPassing(error)) throw error
        except.push(id)
        work.app.log.error({ err: error, customer_id: id, billing_run_id }, 'a customer could not be billed')
        problems.push({
          customer_id: id,
          sentence: `Customer ${number} could not be billed: ${error instanceof Error ? error.message : String(error)}`,
        })
      }
    }
  }
  const lanes = begun.run.progress_total - begun.run.progress_done > large ? 2 : 1
  if (lanes > 1) await Promise.all(Array.from({ length: lanes }, () => lane('skip')))
  // Whoever was locked by somebody else just then.
  await lane('wait')
  return problems
}

/** What a repetition may cure: a lost connection, a deadlock, a shutdown. Then the job is repeated as a whole. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return true
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (
    /^(08|40|53|57|XX)/.test(code) ||
    /^E[A-Z]+$/.test(code) ||
    /connection|terminat|stopping/i.test(error.message)
  )
}
