import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from '../postgres/index.ts'

/** What a backup says of itself. It is written last: a folder without one is not a whole backup. */
export type Manifest = {
  format: 1
  made_at: string
  /** Major version of PostgreSQL. */
  postgres: string
  /** Everything committed before this position of the write-ahead log is in it. */
  until_lsn: string
  with_key: boolean
  /** Where contents of files are: beside, or in a bucket that has its own backups. */
  files: 'here' | 's3'
  folders: string[]
  contents: Content[]
  size_bytes: number
}
export type Content = { path: string; size_bytes: number; sha256: string }

export const manifestName = 'manifest.json'

export function readManifest(folder: string): Manifest {
  let text: string
  try {
    text = readFileSync(join(folder, manifestName), 'utf8')
  } catch {
    throw new CannotStart(`${folder} is not a whole backup: it has no ${manifestName}.`)
  }
  try {
    const manifest = JSON.parse(text) as Manifest
    if (manifest.format === 1 && Array.isArray(manifest.contents)) return manifest
  } catch {
    // Said below.
  }
  throw new CannotStart(`The ${manifestName} of ${folder} cannot be read, or is of a newer release.`)
}
