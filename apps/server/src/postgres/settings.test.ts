import { expect, test } from 'vitest'
import { settingsText } from './settings.ts'

const GB = 1024 ** 3
const input = {
  port: 21_150,
  socket_dir: '/srv/isp/socket',
  log_dir: '/srv/isp/log',
  memory_bytes: 8 * GB,
  shared_memory_bytes: 4 * GB,
  durable: true,
}

test('memory goes by the machine: a quarter for buffers, between 128 MB and 2 GB', () => {
  const buffers = (memory_bytes: number): string | undefined =>
    /shared_buffers = '(.*)'/.exec(settingsText({ ...input, memory_bytes }))?.[1]
  expect(buffers(256 * 1024 * 1024)).toBe('128MB')
  expect(buffers(2 * GB)).toBe('512MB')
  expect(buffers(64 * GB)).toBe('2048MB')
})

test('a quote in a path stays inside its literal', () => {
  expect(settingsText({ ...input, log_dir: "/srv/it's" })).toContain("log_directory = '/srv/it''s'")
})

test('a small /dev/shm is not used, none at all says nothing', () => {
  expect(settingsText({ ...input, shared_memory_bytes: 64 * 1024 * 1024 })).toContain(
    "dynamic_shared_memory_type = 'mmap'",
  )
  expect(settingsText({ ...input, shared_memory_bytes: undefined })).not.toContain(
    'dynamic_shared_memory_type',
  )
})

test('only tests give durability away', () => {
  expect(settingsText(input)).toMatch(/fsync = on\nfull_page_writes = on\nsynchronous_commit = on/)
  expect(settingsText({ ...input, durable: false })).toContain('fsync = off')
})
