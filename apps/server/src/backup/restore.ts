import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { CannotStart, findBinaries, prepareDataDir } from '../postgres/index.ts'
import { copyFile, digestOf } from './copy.ts'
import { readManifest, type Manifest } from './manifest.ts'

/**
 * Puts a backup into an empty data folder, once every file of it was found to be as it was written. Erasures that came after the backup
 * are laid beside it (`erasures` names further files of them), and are carried out again at the next start.
 */
export async function restoreBackup(
  from: string,
  wanted_data_dir: string,
  erasures: readonly string[],
  told: (sentence: string) => void,
): Promise<Manifest> {
  const folder = resolve(from)
  const manifest = readManifest(folder)
  const { major } = findBinaries()
  if (manifest.postgres !== major)
    throw new CannotStart(
      `This backup was made by PostgreSQL ${manifest.postgres}, and this is ${major}. Restore it with the release that made it.`,
    )
  if (existsSync(wanted_data_dir) && readdirSync(wanted_data_dir).length > 0)
    throw new CannotStart(
      `${wanted_data_dir} is not empty. A backup is restored into a new folder; set DATA_DIR to one.`,
    )
  told('Comparing checksums.')
  for (const { path, sha256 } of manifest.contents) {
    mustStayInside(folder, path)
    const found = await digestOf(join(folder, path)).catch(() => undefined)
    if (found !== sha256)
      throw new CannotStart(
        `${path} of this backup is ${found ? 'damaged' : 'missing'}. Nothing was restored.`,
      )
  }
  const data_dir = prepareDataDir(wanted_data_dir)
  told('Copying.')
  try {
    for (const path of manifest.folders) {
      mustStayInside(data_dir, path)
      mkdirSync(join(data_dir, path), { recursive: true, mode: 0o700 })
    }
    for (const { path } of manifest.contents) await copyFile(join(folder, path), join(data_dir, path), path)
    addErasures(data_dir, [join(dirname(folder), 'erasures.jsonl'), ...erasures])
  } catch (error) {
    for (const name of readdirSync(data_dir)) await rm(join(data_dir, name), { recursive: true, force: true })
    throw error
  }
  return manifest
}

/** A manifest names files below its folder only. */
function mustStayInside(root: string, path: string): void {
  if (!resolve(root, path).startsWith(root + sep))
    throw new CannotStart(`This backup names ${path}, which is outside of it.`)
}

function addErasures(data_dir: string, files: readonly string[]): void {
  const target = join(data_dir, 'erasures.jsonl')
  const known = new Set(existsSync(target) ? linesOf(target) : [])
  for (const file of files) {
    if (!existsSync(file)) continue
    const fresh = linesOf(file).filter((line) => !known.has(line))
    for (const line of fresh) known.add(line)
    if (fresh.length > 0) appendFileSync(target, `${fresh.join('\n')}\n`, { mode: 0o600 })
  }
}

const linesOf = (path: string): string[] => readFileSync(path, 'utf8').split('\n').filter(Boolean)
