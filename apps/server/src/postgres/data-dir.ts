import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CannotStart } from './cannot-start.ts'
import { errorCode, makeFolder } from './files.ts'
import { myUid, userLabel } from './system-users.ts'

/**
 * Makes the data folder if it is absent (mode 0750) and checks that this user may work in it.
 * Returns its absolute path.
 */
export function prepareDataDir(data_dir: string): string {
  const path = resolve(data_dir)
  try {
    makeWithParents(path, 0o750)
    if (!statSync(path).isDirectory()) {
      throw new CannotStart(`The data folder ${path} is a file. Set DATA_DIR to a folder.`)
    }
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    if (error instanceof CannotStart) throw error
    throw new CannotStart(refusal(path, errorCode(error)))
  }
  return path
}

// Not mkdirSync's `recursive`, which never returns where nothing can be made, as in /proc.
function makeWithParents(path: string, mode: number): void {
  if (existsSync(path)) return
  makeWithParents(dirname(path), 0o755)
  makeFolder(path, mode)
}

function refusal(path: string, code: string | undefined): string {
  const me = userLabel(myUid())
  if (code === 'ENOTDIR') return `The data folder ${path} lies below a file. Set DATA_DIR to another folder.`
  if (code === 'EROFS')
    return `The data folder ${path} is on a read-only disk. Set DATA_DIR to another folder.`
  if (code !== 'EACCES' && code !== 'EPERM')
    return `The data folder ${path} cannot be made or read (${code}).`
  const owner = ownerOf(path)
  if (owner === undefined)
    return `User ${me} may not make the data folder ${path}. Set DATA_DIR to another folder.`
  return `The data folder ${path} belongs to ${owner} and this is ${me}. Start as ${owner}, or hand the folder over with: sudo chown -R ${myUid()} ${path}`
}

function ownerOf(path: string): string | undefined {
  try {
    return userLabel(statSync(path).uid)
  } catch {
    return undefined
  }
}
