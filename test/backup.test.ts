import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { prune } from '../apps/server/src/backup/daily.ts'
import { readManifest } from '../apps/server/src/backup/manifest.ts'
import { startProcess, type Program } from './program.ts'

/** The machine dies after a backup. What was acknowledged before the backup comes back; who was erased since does not. */
let program: Program
let restored: Program | undefined
let backup: string
const place = mkdtempSync(join(tmpdir(), 'isp-restored-'))
const acknowledged: { id: string; name: string; paid: boolean }[] = []

beforeAll(async () => {
  program = await startProcess()
  backup = join(program.data_dir, 'backups', 'by-hand')
}, 60_000)
afterAll(async () => {
  await restored?.remove()
  await program?.remove()
  rmSync(place, { recursive: true, force: true })
})

const answered = async (response: Response): Promise<any> => {
  const body = (await response.json()) as object
  if (!response.ok) throw new Error(JSON.stringify(body))
  return body
}
async function newCustomer(name: string): Promise<void> {
  const { id } = await answered(
    await program.send('POST', '/customers', { name, email: `${acknowledged.length}@x.example` }),
  )
  await answered(
    await program.send(
      'POST',
      '/payments',
      { customer_id: id, amount: '12.50', method: 'cash', date: '2026-01-15' },
      { 'idempotency-key': id },
    ),
  )
  acknowledged.push({ id, name, paid: true })
}
/** `isp` on a data folder where nothing runs. */
const isp = (data_dir: string, ...args: string[]) =>
  spawnSync(process.execPath, ['apps/server/src/cli.ts', ...args], {
    env: { ...process.env, DATA_DIR: data_dir },
    encoding: 'utf8',
  })

let before_backup = 0
let leaver: string

test('a backup is taken while others work', async () => {
  for (let n = 0; n < 20; n++) await newCustomer(`Early ${n}`)
  const upload = await fetch(
    `${program.address}/api/v1/files?noun=customer&row_id=${acknowledged[0]!.id}&name=a.txt`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${program.token}`, 'content-type': 'application/octet-stream' },
      body: 'the contract',
    },
  )
  expect(upload.status).toBe(201)
  const leaving = await answered(await program.send('POST', '/customers', { name: 'Zdzisława Odchodząca' }))
  leaver = leaving.id
  await answered(await program.send('POST', `/customers/${leaver}/activate`, {}))
  await answered(await program.send('POST', `/customers/${leaver}/disable`, { reason: 'leaves' }))
  let working = true
  const others = (async () => {
    for (let n = 0; working; n++) await newCustomer(`Meanwhile ${n}`)
  })()
  before_backup = acknowledged.length
  expect(await program.cli('backup', backup, '--with-key')).toBe(backup)
  working = false
  await others
  expect(acknowledged.length).toBeGreaterThan(before_backup)
  expect(readManifest(backup)).toMatchObject({ with_key: true, files: 'here' })
  for (let n = 0; n < 5; n++) await newCustomer(`Late ${n}`)
  await answered(await program.send('POST', `/customers/${leaver}/erase`, { reason: 'asked' }))
  await expect.poll(() => existsSync(join(program.data_dir, 'backups', 'erasures.jsonl'))).toBe(true)
  await expect(program.cli('backup', backup)).rejects.toThrow('not empty')
  const other = join(program.data_dir, 'backups', 'no-key')
  await program.cli('backup', other)
  expect(readdirSync(other)).not.toContain('secret.json')
}, 120_000)

test('a backup that was damaged, or is not whole, is not restored', () => {
  const damaged = join(place, 'damaged')
  cpSync(backup, damaged, { recursive: true })
  appendFileSync(join(damaged, 'postgres', 'data', 'PG_VERSION'), 'x')
  const refused = isp(join(place, 'never'), 'restore', damaged)
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringContaining('PG_VERSION of this backup is damaged'),
  ])
  rmSync(join(damaged, 'manifest.json'))
  expect(isp(join(place, 'never'), 'restore', damaged).stderr).toContain('not a whole backup')
  expect(existsSync(join(place, 'never'))).toBe(false)
  rmSync(damaged, { recursive: true })
})

test('after a kill -9 it is restored elsewhere, whole and in balance', async () => {
  await program.kill()
  const data_dir = join(place, 'data')
  expect(isp(program.data_dir, 'restore', backup).stderr).toContain('not empty')
  const done = isp(data_dir, 'restore', backup)
  expect(done.status, done.stderr).toBe(0)
  restored = await startProcess({ FORCE_DATA_DIR: data_dir })
  const names = new Map<string, any>()
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: any = await restored.get(`/customers?limit=500${cursor ? `&cursor=${cursor}` : ''}`)
    for (const row of page.data) names.set(row.id, row)
    cursor = page.next_cursor
  }
  for (const { id, name } of acknowledged.slice(0, before_backup))
    expect(names.get(id)).toMatchObject({ name, balance: '12.50' })
  const late = acknowledged.filter(({ name }) => name.startsWith('Late'))
  for (const { id } of late) expect(names.has(id)).toBe(false)
  const { data: files } = await restored.get(`/files?row_id=${acknowledged[0]!.id}`)
  const content = await restored.send('GET', `/files/${files[0].id}/content`)
  expect(await content.text()).toBe('the contract')
  // Who was erased after the backup stays erased.
  expect(names.get(leaver)).toMatchObject({ name: expect.stringContaining('Erased customer'), email: null })
  const [erasure] = (await restored.get('/erasures')).data
  expect(erasure).toMatchObject({ customer_id: leaver, reason: 'Again, after a backup was restored' })
  const { status, checks } = JSON.parse(await restored.cli('doctor', '--json'))
  expect(status, JSON.stringify(checks)).not.toBe('problem')
  expect(checks.find((one: { check: string }) => one.check === 'ledger').sentence).toContain('balance')
  await restored.cli('doctor')
}, 120_000)

test('without its key it does not start, and says so', async () => {
  const data_dir = join(place, 'keyless')
  const done = isp(data_dir, 'restore', join(program.data_dir, 'backups', 'no-key'))
  expect(done.stdout).toContain('holds no key')
  await expect(startProcess({ FORCE_DATA_DIR: data_dir })).rejects.toThrow(
    'The key of this installation is missing',
  )
}, 60_000)

test('so many nightly ones are kept, and nothing else is touched', async () => {
  const folder = join(place, 'nightly')
  for (const day of ['01', '02', '03', '04'])
    cpSync(join(backup, 'manifest.json'), join(folder, `isp-2026-11-${day}T023000Z`, 'manifest.json'))
  cpSync(join(backup, 'manifest.json'), join(folder, 'mine', 'manifest.json'))
  await prune(folder, 2)
  expect(readdirSync(folder).sort()).toEqual(['isp-2026-11-03T023000Z', 'isp-2026-11-04T023000Z', 'mine'])
})
