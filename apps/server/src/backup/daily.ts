import { existsSync, readdirSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { manifestName, readManifest, type Manifest } from './manifest.ts'
import { takeBackup, type Source } from './take.ts'

/** Backups of this installation: by hand, and every night while `kept` is more than none. */
export type Backups = {
  folder: string
  kept: number
  /** Into a folder of its own below `folder` unless `to` is given. */
  take(options?: { to?: string; with_key?: boolean }): Promise<{ folder: string; manifest: Manifest }>
  start(): { stop(): void }
}

const at = Temporal.PlainTime.from('02:30')

/** The newest whole backup below a folder. */
export const latestBackup = (folder: string): { folder: string; made_at: string } | undefined =>
  whole(folder).at(-1)

export function createBackups(source: Source, folder: string, kept: number, log: Logger): Backups {
  let running: Promise<unknown> = Promise.resolve()
  const take: Backups['take'] = ({ to, with_key = false } = {}) => {
    const next = running
      .catch(() => {})
      .then(async () => {
        const place = to ?? join(folder, nameOf(Temporal.Now.instant()))
        return { folder: place, manifest: await takeBackup(source, place, with_key) }
      })
    running = next
    return next
  }
  return {
    folder,
    kept,
    take,
    start() {
      let timer: NodeJS.Timeout
      const wait = () => {
        timer = setTimeout(() => void nightly(), untilNext_ms())
        timer.unref()
      }
      const nightly = async () => {
        try {
          await take()
          await prune(folder, kept)
        } catch (error) {
          log.error({ err: error }, 'the nightly backup failed')
        }
        wait()
      }
      wait()
      return { stop: () => clearTimeout(timer) }
    },
  }
}

/** Keeps the newest ones, and removes what a backup that was killed has left. */
export async function prune(folder: string, kept: number): Promise<void> {
  const backups = whole(folder)
  for (const old of backups.slice(0, Math.max(0, backups.length - kept)))
    await rm(old.folder, { recursive: true, force: true })
  for (const name of named(folder)) {
    const path = join(folder, name)
    if (existsSync(join(path, manifestName))) continue
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > 24 * 3600 * 1000) await rm(path, { recursive: true, force: true })
  }
}

const nameOf = (now: Temporal.Instant): string =>
  `isp-${now.toString({ smallestUnit: 'second' }).replaceAll(':', '')}`

const named = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^isp-\d{4}-\d\d-\d\dT\d{6}Z$/.test(name))
        .sort()
    : []

function whole(folder: string): { folder: string; made_at: string }[] {
  return named(folder)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, manifestName)))
    .map((path) => ({ folder: path, made_at: readManifest(path).made_at }))
}

/** By the machine's own time of day. */
function untilNext_ms(): number {
  const now = Temporal.Now.zonedDateTimeISO()
  const today = now.toPlainDate().toZonedDateTime({ timeZone: now.timeZoneId, plainTime: at })
  const next = Temporal.ZonedDateTime.compare(today, now) > 0 ? today : today.add({ days: 1 })
  return next.epochMilliseconds - now.epochMilliseconds
}
