import { stripTypeScriptTypes } from 'node:module'
import { isTypeScript, type Problem, type SourceFile } from './source.ts'

/** Node runs the server's files as they are: types are blanked out, nothing is compiled. Enums, namespaces and the like cannot be. */
export function checkRunsAsItIs(files: readonly SourceFile[]): Problem[] {
  const broken = files
    .filter(
      (file) => isTypeScript(file) && !file.path.startsWith('apps/admin/') && !file.path.endsWith('.tsx'),
    )
    .flatMap((file) => {
      try {
        stripTypeScriptTypes(file.text, { mode: 'strip' })
        return []
      } catch (error) {
        const why = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error)
        return [{ rule: 'runs-as-it-is', file: file.path, line: 1, sentence: `Node cannot run it: ${why}` }]
      }
    })
  const lax = files
    .filter(
      (file) => /(^|\/)tsconfig\.json$/.test(file.path) && !file.text.includes('"erasableSyntaxOnly": true'),
    )
    .map((file) => ({
      rule: 'runs-as-it-is',
      file: file.path,
      line: 1,
      sentence: 'Set "erasableSyntaxOnly": true, so that an editor says it first.',
    }))
  return [...broken, ...lax]
}
