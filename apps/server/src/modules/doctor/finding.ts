import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'

/** What a check came to: a sentence about how it is, and where something is wrong, what to do about it. */
export type Finding = {
  check: string
  status: 'ok' | 'warning' | 'problem'
  sentence: string
  advice?: string
  /** The ISP it is about; of the installation as a whole when absent. */
  tenant?: string
}
export type Verdict = Omit<Finding, 'check' | 'tenant'>

/** One look at the installation, or at one ISP's books and settings. What it throws is a problem too. */
export type Check<Of> = { name: string; look: (of: Of) => Promise<Verdict | Verdict[]> }
export type InstallationCheck = Check<App>
export type TenantCheck = Check<Ctx>

export const fine = (sentence: string): Verdict => ({ status: 'ok', sentence })
export const warning = (sentence: string, advice: string): Verdict => ({
  status: 'warning',
  sentence,
  advice,
})
export const problem = (sentence: string, advice: string): Verdict => ({
  status: 'problem',
  sentence,
  advice,
})

/** “1 invoice”, “3 invoices”. */
export const count = (n: number | bigint, one: string, many = `${one}s`): string =>
  `${Number(n)} ${Number(n) === 1 ? one : many}`
