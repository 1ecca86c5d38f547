import type { Examination } from '#modules/doctor/index.ts'

const marks = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' }

/** Prints what was found, a line a check. The exit code is 1 where there is a problem. */
export function printExamination({ status, checks }: Examination, json: boolean): void {
  if (json) console.log(JSON.stringify({ status, checks }, null, 2))
  else
    for (const { check, status: mark, sentence, advice, tenant } of checks) {
      console.log(`${marks[mark]}  ${tenant ? `${tenant}, ` : ''}${check}: ${sentence}`)
      if (advice) console.log(`         → ${advice}`)
    }
  if (status === 'problem') process.exitCode = 1
}
