import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time from /proc, in µs (user and system; Linux counts in ticks of 10 ms). Wall clocks on shared machines say what the
 * neighbours do; CPU time says what the work costs.
 */
const tick_us = 10_000

type Stat = { parent: number; own: number; children: number }

function stat(pid: number): Stat | undefined {
  try {
    // The second field, the program's name in brackets, may hold spaces.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const at = (place: number) => Number(fields[place - 3])
    return { parent: at(4), own: (at(14) + at(15)) * tick_us, children: (at(16) + at(17)) * tick_us }
  } catch {
    return undefined
  }
}

export const processCpu_us = (pid: number): number => stat(pid)?.own ?? 0

/** The postmaster, its living children, and those that have ended, whose time it has inherited. */
export function postgresCpu_us(postmaster: number): number {
  const pids = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  const mother = stat(postmaster)
  const alive = pids
    .map(stat)
    .filter((found) => found?.parent === postmaster)
    .reduce((sum, found) => sum + (found?.own ?? 0) + (found?.children ?? 0), 0)
  return (mother?.own ?? 0) + (mother?.children ?? 0) + alive
}

/** Resident memory in MB (10^6 bytes). */
export function residentMemory_mb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) * 1024) / 1e6
}
