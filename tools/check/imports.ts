import { posix } from 'node:path'
import { parseSync } from 'vite'
import { isTest, isTypeScript, lineAt, type Problem, type SourceFile } from './source.ts'

/**
 * Who may import whom. oxlint finds cycles and reads `#kernel/*`, but its pattern rules miss `#modules/*` below the kernel, so
 * these walls are checked on resolved paths.
 */
export function checkImports(files: readonly SourceFile[]): Problem[] {
  const order = moduleOrder(files)
  return files.filter(isTypeScript).flatMap((file) =>
    importsOf(file).flatMap((found) => {
      const mistake = mistakeOf(found, order)
      return mistake ? [{ ...mistake, file: file.path, line: found.line }] : []
    }),
  )
}

/** One import or re-export. `to` is a path from the root; packages from npm are left out. */
type Import = { from: string; to: string; line: number; type_only: boolean }

const kernel = 'apps/server/src/kernel/'
const modules = 'apps/server/src/modules/'
const wiring = ['apps/server/src/modules.ts', 'apps/server/src/program.ts']
const web = /^(apps\/(admin|portal)|packages\/(ui|client))\//

function mistakeOf(found: Import, order: ReadonlyMap<string, number>) {
  const { from, to, type_only } = found
  if (from.startsWith(kernel) && to.startsWith(modules))
    return { rule: 'kernel-knows-no-module', sentence: `The kernel imports ${to}; it knows no module.` }
  if (from.startsWith(kernel) && !to.startsWith(kernel) && !type_only && !isTest(from))
    return { rule: 'kernel-knows-no-module', sentence: `The kernel imports ${to}, which is outside of it.` }
  if (from.startsWith('packages/') && to.startsWith('apps/') && !web.test(from))
    return { rule: 'packages-know-no-app', sentence: `A package imports ${to}; packages know no app.` }
  if (web.test(from) && to.startsWith('apps/server/')) {
    if (type_only) return undefined
    return { rule: 'web-takes-types-only', sentence: `Write “import type”: ${to} belongs to the server.` }
  }
  const target = moduleOf(to)
  const own = moduleOf(from)
  if (!target || target === own) return undefined
  const name = to.slice(`${modules}${target}/`.length)
  if (name === 'module.ts') {
    if (wiring.includes(from)) return undefined
    return { rule: 'module-face', sentence: `Only modules.ts and program.ts import ${to}.` }
  }
  if (name !== 'index.ts')
    return {
      rule: 'module-face',
      sentence: `Import ${modules}${target}/index.ts; ${name} is that module's own.`,
    }
  if (own && !type_only && !isTest(from) && (order.get(target) ?? -1) > (order.get(own) ?? Infinity))
    return {
      rule: 'modules-call-down',
      sentence: `${own} stands before ${target} in modules.ts: hear its events instead of calling it.`,
    }
  return undefined
}

const moduleOf = (path: string): string | undefined =>
  path.startsWith(modules) ? /^[^/]+(?=\/)/.exec(path.slice(modules.length))?.[0] : undefined

/** Module → its place in the list of modules.ts, from the bottom up. */
function moduleOrder(files: readonly SourceFile[]): Map<string, number> {
  const list = files.find((file) => file.path === wiring[0])?.text ?? ''
  const folders = new Map(
    [...list.matchAll(/import \{ (\w+) \} from '#modules\/([^/']+)\/module\.ts'/g)].map(
      ([, value, folder]) => [value ?? '', folder ?? ''],
    ),
  )
  const values = /modules: readonly Module\[\] = \[([^\]]*)\]/.exec(list)?.[1]?.match(/\w+/g) ?? []
  return new Map(values.map((value, place) => [folders.get(value) ?? value, place]))
}

function importsOf(file: SourceFile): Import[] {
  const { module } = parseSync(file.path, file.text)
  const statements = [
    ...module.staticImports.map(({ start, moduleRequest }) => ({ start, specifier: moduleRequest.value })),
    ...module.staticExports.flatMap(({ start, entries }) => {
      const specifier = entries[0]?.moduleRequest?.value
      return specifier === undefined ? [] : [{ start, specifier }]
    }),
    ...module.dynamicImports.map(({ start, moduleRequest }) => ({
      start,
      specifier: file.text.slice(moduleRequest.start, moduleRequest.end).replace(/^['"]|['"]$/g, ''),
    })),
  ]
  return statements.flatMap(({ start, specifier }) => {
    const to = resolve(file.path, specifier)
    if (to === undefined) return []
    // `import { type A }` still loads the file when Node runs it; only `import type` does not.
    const type_only = /^(import|export)\s+type\b/.test(file.text.slice(start, start + 40))
    return [{ from: file.path, to, line: lineAt(file.text, start), type_only }]
  })
}

function resolve(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  if (specifier.startsWith('#kernel/')) return kernel + specifier.slice('#kernel/'.length)
  if (specifier.startsWith('#modules/')) return modules + specifier.slice('#modules/'.length)
  if (specifier.startsWith('@isp/server')) return `apps/server/${specifier.slice('@isp/server/'.length)}`
  return undefined
}
