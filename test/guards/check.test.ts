import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

// A repository in which every rule of `npm run check` is broken once. A guard that passes it guards nothing.
const root = join(import.meta.dirname, '../..')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isp-guards-'))
  cpSync(join(root, 'tools/fixtures/repository'), folder, { recursive: true })
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (program: string, ...options: string[]) => {
  const { status, stdout } = spawnSync(program, options, { cwd: folder, encoding: 'utf8' })
  return { status, stdout }
}
const check = (): { status: number | null; found: string[] } => {
  const { status, stdout } = run(process.execPath, join(root, 'tools/check.ts'), folder)
  const found = stdout.split('\n').flatMap((line) => {
    const [level, place, rule] = line.split('  ')
    return rule ? [`${level} ${place} ${rule}`] : []
  })
  return { status, found }
}

test('the check finds every mistake of the fixture, and nothing else in it', () => {
  const { status, found } = check()
  expect(found.sort()).toEqual([
    'error README.md:3 document-reference',
    'error README.md:3 document-reference',
    'error apps/admin/src/page.ts:1 web-takes-types-only',
    'error apps/server/src/kernel/asks-module.ts:1 kernel-knows-no-module',
    'error apps/server/src/kernel/asks-module.ts:2 kernel-knows-no-module',
    'error apps/server/src/kernel/asks-program.ts:1 kernel-knows-no-module',
    'error apps/server/src/kernel/needs-a-build.ts:1 runs-as-it-is',
    'error apps/server/src/modules/high/loose.ts:1 module-face',
    'error apps/server/src/modules/high/module.ts:1 module-face',
    'error apps/server/src/modules/high/module.ts:2 module-face',
    'error apps/server/src/modules/low/module.ts:1 modules-call-down',
    'error apps/server/tsconfig.json:1 runs-as-it-is',
    'error packages/wire/src/codec.ts:1 packages-know-no-app',
    'error packages/wire/src/codec.ts:3 nobodys-machine',
    'warning apps/server/src/modules/high/clock.ts:1 wall-clock',
    'warning apps/server/src/modules/high/clock.ts:4 wall-clock',
  ])
  expect(status).toBe(1)
})

test('what must stay short is measured', () => {
  writeFileSync(join(folder, 'ARCHITECTURE.md'), 'A line.\n'.repeat(81))
  writeFileSync(join(folder, 'CONTRIBUTING.md'), 'A line.\n'.repeat(500))
  writeFileSync(join(folder, 'apps/server/src/long.ts'), 'export {}\n'.repeat(401))
  writeFileSync(join(folder, 'package-lock.json'), '{ "resolved": "https://example.com/left-pad.tgz" }')
  const { found } = check()
  expect(found).toContain('error ARCHITECTURE.md:81 short-document')
  expect(found).toContain('warning apps/server/src/long.ts:401 long-file')
  expect(found).toContain('error package-lock.json:1 nobodys-machine')
  expect(found.join()).not.toContain('CONTRIBUTING')
})

test('oxlint reads our imports: cycles through #kernel, any and default exports are refused', () => {
  const { status, stdout } = run(join(root, 'node_modules/.bin/oxlint'), '--format=unix')
  const found = stdout.split('\n').flatMap((line) => {
    const [, place, rule] = /^(\S+:\d+):\d+: .*\((\S+)\)\]$/.exec(line) ?? []
    return rule ? [`${place} ${rule}`] : []
  })
  expect(found.map((line) => line.replace(/^.*\/src\//, '').replace(/:\d+ /, ' ')).sort()).toEqual([
    'kernel/cycle-one.ts no-cycle',
    'kernel/cycle-two.ts no-cycle',
    'modules/high/loose.ts no-default-export',
    'modules/high/loose.ts no-explicit-any',
  ])
  expect(status).toBe(1)
})

test('the compiler refuses what cannot be stripped, as configured for the server and the admin app', () => {
  const file = join(folder, 'apps/server/src/kernel/needs-a-build.ts')
  for (const app of ['server', 'admin']) {
    const config = readFileSync(join(root, `apps/${app}/tsconfig.json`), 'utf8')
    const only = config.replace(/"include": \[[^\]]*\]/, `"include": [${JSON.stringify(file)}]`)
    const tsconfig = join(folder, `tsconfig.${app}.json`)
    writeFileSync(tsconfig, only.replace(/"types": \[[^\]]*\]/, '"types": []'))
    const { stdout } = run(join(root, 'node_modules/.bin/tsc'), '-p', tsconfig)
    expect(stdout).toContain('TS1294')
  }
})
