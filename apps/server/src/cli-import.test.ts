import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importFile } from './cli-import.ts'
import { Failed } from './cli-failed.ts'

test('a file that cannot be read is a sentence, before anything is sent', async () => {
  const nobodyListens = 'http://127.0.0.1:9'
  const told = (file: string) =>
    importFile(nobodyListens, 'isp_x', 'customers', file, {}).catch((error) => error)
  const missing = join(tmpdir(), 'no-such-file.csv')
  expect(await told(missing)).toEqual(new Failed(1, `${missing} cannot be read: no such file or directory.`))
  expect(await told(tmpdir())).toEqual(new Failed(1, `${tmpdir()} is not a file.`))
})
