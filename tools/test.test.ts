import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

// `npm test` on a folder of its own, with a PATH in which no pdftotext is to be found.
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isp-runner-'))
  symlinkSync(join(import.meta.dirname, '..', 'node_modules'), join(folder, 'node_modules'))
  // What starting PostgreSQL may need as root or under a user id without a name.
  mkdirSync(join(folder, 'bin'))
  for (const program of ['setpriv', 'unshare'])
    symlinkSync(join('/usr/bin', program), join(folder, 'bin', program))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function npmTest(story: string): { status: number | null; stdout: string } {
  writeFileSync(
    join(folder, 'story.test.ts'),
    `import { expect, test } from 'vitest'
     import { testWith } from ${JSON.stringify(join(import.meta.dirname, 'test-with.ts'))}
     ${story}`,
  )
  return spawnSync(process.execPath, [join(import.meta.dirname, 'test.ts'), '--root', folder, '--no-color'], {
    encoding: 'utf8',
    env: { PATH: join(folder, 'bin'), HOME: folder, CI: 'true' },
  })
}

test('tests whose peer is absent are left out, counted and named at the end', () => {
  const { status, stdout } = npmTest(`
    test('the database is there', () => expect(JSON.parse(process.env.TEST_POSTGRES).port).toBeGreaterThan(0))
    testWith('pdftotext')('an invoice has text', () => expect(1).toBe(2))
    testWith('pdftotext')('a reminder has text', () => expect(1).toBe(2))
    test.skip('left out for another reason', () => {})`)
  expect(stdout).toMatch(/Tests\s+1 passed \| 3 skipped/)
  expect(stdout).toMatch(/\nLeft out \(no pdftotext\): 2 tests\n.*Absent here: .*pdftotext/)
  expect(status).toBe(0)
})

test('a failing test is a failing run', () => {
  const { status, stdout } = npmTest(`test('sums', () => expect(1 + 1).toBe(3))`)
  expect(stdout).toMatch(/Tests\s+1 failed/)
  expect(status).toBe(1)
})
