import { lineAt, type Problem, type SourceFile } from './source.ts'

/** What a committed file must not say: where somebody's working copy lies, or from which registry somebody installed. */
export function checkPlaces(files: readonly SourceFile[]): Problem[] {
  return files.flatMap((file) => {
    const found = file.path === 'package-lock.json' ? anyHost.exec(file.text) : somebodysPlace.exec(file.text)
    return found
      ? [
          {
            rule: 'nobodys-machine',
            file: file.path,
            line: lineAt(file.text, found.index),
            sentence: `“${found[0]}” is true on one machine only.`,
          },
        ]
      : []
  })
}
const somebodysPlace =
  /(?<![\w.}-])\/(?:work|home|Users)\/[\w.-]+|\bregistry\.(?:npmjs|yarnpkg)\.\w+|\bnpm\.pkg\.github\.com/
const anyHost = /"resolved": "https?:\/\/[^"]*/

const longest = 400

/** Past 300 lines a file usually holds two ideas. A thermometer, not a gate. */
export function checkLength(files: readonly SourceFile[]): Problem[] {
  return files
    .filter((file) => /\.(tsx?|mjs|sql|css|typ)$/.test(file.path))
    .map((file) => ({ path: file.path, lines: file.text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > longest)
    .map(({ path, lines }) => ({
      rule: 'long-file',
      file: path,
      line: lines,
      sentence: `${lines} lines; past ${longest} it holds two ideas.`,
      warning: true,
    }))
}

/**
 * Business dates come from `ctx.now`, so that a whole ISP can be run forward. What really means the machine's clock (a socket's
 * timer, a cache's age) says so on its line or the one above: `// wall clock: why`.
 */
export function checkClock(files: readonly SourceFile[]): Problem[] {
  return files
    .filter(
      (file) =>
        /^apps\/server\/src\/modules\/.*\.ts$/.test(file.path) && !/\.test\.ts$|\/testing\//.test(file.path),
    )
    .flatMap((file) => {
      const lines = file.text.split('\n')
      return lines.flatMap((line, i) => {
        const found = machineClock.exec(line.replace(/^\s*(\/\/|\*).*/, ''))
        if (!found || /wall clock:/i.test(`${lines[i - 1] ?? ''}\n${line}`)) return []
        const sentence = `${found[0]} is the machine's clock, not ctx.now. If it must be: “// wall clock: why”.`
        return [{ rule: 'wall-clock', file: file.path, line: i + 1, sentence, warning: true as const }]
      })
    })
}
const machineClock =
  /\bDate\.now\(\)|\bnew Date\(\)|\bTemporal\.Now\.\w+|(?<![\w.])now\(\)|\bcurrent_(?:date|timestamp)\b/
