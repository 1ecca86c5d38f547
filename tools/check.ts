import { join } from 'node:path'
import { checkDocuments } from './check/documents.ts'
import { checkImports } from './check/imports.ts'
import { checkRunsAsItIs } from './check/runs-as-it-is.ts'
import { readSource } from './check/source.ts'
import { checkClock, checkLength, checkPlaces } from './check/texts.ts'

/**
 * The part of `npm run check` that no linter does: who may import whom, that the files run without a build, that documents stay
 * true. test/guards runs it on tools/fixtures, where each rule must fire. `node tools/check.ts [FOLDER]`.
 */
// Stripping types is still marked experimental; whoever runs the check need not hear of it each time.
process.removeAllListeners('warning')

const root = process.argv[2] ?? join(import.meta.dirname, '..')
const files = readSource(root)
const problems = [
  ...checkImports(files),
  ...checkRunsAsItIs(files),
  ...checkPlaces(files),
  ...checkDocuments(root, files),
  ...checkClock(files),
  ...checkLength(files),
]
for (const { rule, file, line, sentence, warning } of problems)
  console.log(`${warning ? 'warning' : 'error'}  ${file}:${line}  ${rule}  ${sentence}`)
const errors = problems.filter((problem) => !problem.warning).length
console.log(`${files.length} files: ${errors} errors, ${problems.length - errors} warnings.`)
process.exitCode = errors > 0 ? 1 : 0
