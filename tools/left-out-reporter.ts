import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/** Counts the tests that `testWith` left out, by what was absent, into the file that `npm test` names. */
export default class LeftOutReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts: Record<string, number> = {}
    for (const test of modules.flatMap((module) => [...module.children.allTests('skipped')])) {
      const absent = /\(no ([\w, ]+)\)$/.exec(test.name)?.[1]
      if (absent !== undefined) counts[absent] = (counts[absent] ?? 0) + 1
    }
    const file = process.env['TEST_LEFT_OUT_FILE']
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts))
  }
}
