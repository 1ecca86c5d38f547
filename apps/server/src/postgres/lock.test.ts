import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDataDir } from './lock.ts'
import { startedAt } from './processes.ts'
import { readRunning, removeRunFile, writeRunFile } from './run-file.ts'

let data_dir: string
beforeEach(() => {
  data_dir = mkdtempSync(join(tmpdir(), 'isp-lock-'))
})
afterEach(() => rmSync(data_dir, { recursive: true, force: true }))

const endedProcess = (): number => spawnSync(process.execPath, ['--version']).pid

function writeLock(holder: object | string): void {
  writeFileSync(join(data_dir, 'isp.lock'), typeof holder === 'string' ? holder : JSON.stringify(holder))
}

test('a second taker is told the process and the address, until the first lets go', () => {
  const lock = lockDataDir(data_dir, 'http://127.0.0.1:8080')
  expect(() => lockDataDir(data_dir, 'elsewhere')).toThrow(
    new RegExp(
      `in use by a running installation \\(process ${process.pid}\\) at http://127\\.0\\.0\\.1:8080`,
    ),
  )
  lock.release()
  lockDataDir(data_dir, 'elsewhere').release()
  expect(readdirSync(data_dir)).toEqual([])
})

test('the lock of an ended process, of an earlier process with a reused id, and a torn one are taken over', () => {
  const stale = [
    { pid: endedProcess(), started: 'x', address: 'a' },
    { pid: process.pid, started: 'an earlier boot 17', address: 'a' },
    '{"pid": 1',
    '',
    { pid: 'one' },
  ]
  for (const holder of stale) {
    writeLock(holder)
    const lock = lockDataDir(data_dir, 'here')
    expect(JSON.parse(readFileSync(join(data_dir, 'isp.lock'), 'utf8'))).toMatchObject({
      pid: process.pid,
      address: 'here',
    })
    lock.release()
  }
})

test('release leaves a lock that someone else holds by now', () => {
  const lock = lockDataDir(data_dir, 'here')
  const theirs = { pid: process.ppid, started: startedAt(process.ppid), address: 'there' }
  writeLock(theirs)
  lock.release()
  expect(JSON.parse(readFileSync(join(data_dir, 'isp.lock'), 'utf8'))).toEqual(theirs)
})

test('run.json is readable to its owner only and counts while its process lives', () => {
  const postgres = { host: '/s', port: 5432, user: 'postgres', password: 'p', database: 'postgres' }
  expect(readRunning(data_dir)).toBeUndefined()
  writeRunFile(data_dir, { address: 'http://127.0.0.1:8080', http_port: 8080, postgres })
  expect(readRunning(data_dir)).toEqual({
    pid: process.pid,
    address: 'http://127.0.0.1:8080',
    http_port: 8080,
    postgres,
  })
  const path = join(data_dir, 'run.json')
  const record = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...record, pid: endedProcess() }))
  expect(readRunning(data_dir)).toBeUndefined()
  removeRunFile(data_dir)
  expect(readdirSync(data_dir)).toEqual([])
})
