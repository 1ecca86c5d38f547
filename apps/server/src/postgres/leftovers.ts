import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CannotStart } from './cannot-start.ts'
import { processesMarked } from './processes.ts'

/**
 * A word in the command line of every process of the PostgreSQL on this data folder (its `cluster_name`). Made of
 * the folder's place on the disk, it follows a folder that is moved and differs in a copy.
 */
export function clusterMark(data: string): string {
  const { dev, ino } = statSync(data, { bigint: true })
  return `isp-${dev}-${ino}`
}

/**
 * Ends what a server that was killed has left running on this data folder, and removes its pid file. A living
 * PostgreSQL is stopped rather than adopted: its sessions may still hold locks for a server that is gone, and its
 * settings may be those of an older release.
 *
 * The pid file is removed here and not left to PostgreSQL, which refuses to start when after a reboot the old id
 * belongs to any process of the same user.
 */
export async function endLeftovers(data: string, log: (sentence: string) => void): Promise<void> {
  const pid_file = join(data, 'postmaster.pid')
  if (!existsSync(pid_file)) return
  const mark = clusterMark(data)
  if (processesMarked(mark).length > 0) {
    log('Stopping the PostgreSQL that an interrupted run left behind.')
    const postmaster = Number.parseInt(readFileSync(pid_file, 'utf8'), 10)
    // SIGINT is a fast shutdown, which the postmaster passes on. Without a postmaster there is nothing to shut down:
    // its processes go at once, and the next start recovers.
    await end(() => processesMarked(mark).filter((pid) => pid === postmaster), 'SIGINT', 30_000)
    await end(() => processesMarked(mark), 'SIGQUIT', 2_000)
    await end(() => processesMarked(mark), 'SIGKILL', 5_000)
    const [survivor] = processesMarked(mark)
    if (survivor !== undefined) {
      throw new CannotStart(
        `A PostgreSQL of an earlier run (process ${survivor}) does not stop. End it and start again.`,
      )
    }
  }
  rmSync(pid_file, { force: true })
}

/** Signals the processes once and waits until there are none left or the time is up. */
async function end(remaining: () => number[], name: NodeJS.Signals, limit_ms: number): Promise<void> {
  const until = performance.now() + limit_ms
  signal(remaining(), name)
  while (remaining().length > 0 && performance.now() < until) await sleep(20)
}

function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It ended by itself. Whether it is gone is asked elsewhere.
    }
  }
}
