import { parseArgs } from 'node:util'
import { judge, type Result } from './line.ts'
import { lines } from './lines/index.ts'
import { openBench } from './world.ts'

/**
 * `npm run bench [-- [--json] [NAME…]]`: measures the product beside its references. With --json nothing but the results is on
 * stdout; progress goes to stderr. Exit code 1 when a bound does not hold.
 */
const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true })
const unknown = positionals.filter((name) => !lines.some((line) => line.name === name))
if (unknown.length > 0) {
  console.error(
    `There is no line “${unknown.join('”, “')}”. There are: ${lines.map((line) => line.name).join(', ')}.`,
  )
  process.exit(2)
}
const began_ms = performance.now()
const say = (sentence: string): void =>
  console.error(`${((performance.now() - began_ms) / 1000).toFixed(0).padStart(4)} s  ${sentence}`)

const bench = await openBench(say)
const results: Result[] = []
let failed = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void bench.stop().finally(() => process.exit(1)))
try {
  for (const line of lines.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    say(`${line.name} …`)
    try {
      const measured = await line.measure(bench)
      if (!measured) {
        say(`${line.name}: left out.`)
        continue
      }
      for (const note of measured.notes ?? []) say(`  ${note}`)
      if (measured.fails) say(`  ${measured.fails}`)
      results.push(judge(line, measured))
    } catch (error) {
      failed = true
      say(`${line.name} could not be measured: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }
} finally {
  await bench.stop()
}
if (values.json) console.log(JSON.stringify(results))
else print(results)
process.exitCode = failed || results.some((result) => !result.holds) ? 1 : 0

function print(found: readonly Result[]): void {
  const rows = [
    ['line', 'product', 'reference', 'unit', 'ratio', 'bound', ''],
    ...found.map((r) => [
      r.name,
      String(r.product),
      String(r.reference),
      r.unit,
      r.ratio.toFixed(2),
      String(r.bound),
      r.holds ? 'holds' : 'BROKEN',
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}
