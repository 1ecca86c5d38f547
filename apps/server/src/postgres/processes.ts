import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** The running processes whose command line contains `mark`, zombies excluded. Empty on Windows. */
export function processesMarked(mark: string): number[] {
  if (process.platform === 'win32') return []
  if (!existsSync('/proc/self/cmdline')) return fromPs(mark)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandLine(pid).includes(mark))
}

/**
 * When a process started, as a text that no later process with the same id has; undefined when there is none.
 * On Linux: the boot's id and clock ticks since (proc(5), stat field 22).
 */
export function startedAt(pid: number): string | undefined {
  if (existsSync('/proc/self/stat')) {
    const stat = readProc(`/proc/${pid}/stat`)
    // The program's name in field 2 may hold spaces and brackets: count from the last closing one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, ticks] = [fields[0], fields[19]]
    if (ticks === undefined || state === 'Z') return undefined
    return `${readProc('/proc/sys/kernel/random/boot_id').trim()} ${ticks}`
  }
  if (process.platform === 'win32') return isAlive(pid) ? 'alive' : undefined
  return (
    spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined
  )
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function commandLine(pid: number): string {
  return readProc(`/proc/${pid}/cmdline`)
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process ended while we looked.
    return ''
  }
}

function fromPs(mark: string): number[] {
  const lines = spawnSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' }).stdout ?? ''
  return lines
    .split('\n')
    .filter((line) => line.includes(mark))
    .map((line) => Number.parseInt(line, 10))
}
