import { existsSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { latestBackup } from '../../backup/index.ts'
import { count, fine, problem, warning, type InstallationCheck } from './finding.ts'

const gigabyte = 1024 ** 3

export const machineChecks: readonly InstallationCheck[] = [
  {
    name: 'disk',
    async look(app) {
      const { bavail, blocks, bsize } = await statfs(app.config.data_dir)
      const free_gb = (bavail * bsize) / gigabyte
      const sentence = `${free_gb.toFixed(1)} GB of the disk with the data are free (${Math.round((bavail / blocks) * 100)} %).`
      if (free_gb < 1) return problem(sentence, 'Make room now: without it the database stops.')
      if (free_gb < 5 || bavail / blocks < 0.05)
        return warning(sentence, 'Make room, or move the data to a larger disk.')
      return fine(sentence)
    },
  },
  {
    name: 'backup',
    async look(app) {
      const { folder, kept } = app.config.backup
      if (app.config.database_url)
        return fine('The database is your own; pgBackRest or pg_basebackup look after its backups.')
      const latest = latestBackup(folder)
      const advice = `Run isp backup, and set BACKUPS_KEPT so that it happens every night.`
      if (!latest)
        return kept > 0
          ? warning('There is no backup yet; the first is made tonight.', 'Run isp backup to have one now.')
          : warning('There is no backup, and none is made by night.', advice)
      // wall clock: the age of a folder on this machine's disk.
      const hours = (Date.now() - Date.parse(latest.made_at)) / 3_600_000
      const age = hours < 48 ? count(Math.floor(hours), 'hour') : count(Math.floor(hours / 24), 'day')
      if (hours > 24 * 7) return problem(`The newest backup is ${age} old.`, advice)
      if (hours > 36)
        return warning(`The newest backup is ${age} old.`, 'The log says why there was none last night.')
      if (await onOneDisk(folder, app.config.data_dir))
        return warning(
          `The newest backup is ${age} old, and lies on the same disk as the data.`,
          'Set BACKUP_DIR to a folder on another disk.',
        )
      return fine(`The newest backup is ${age} old.`)
    },
  },
]

async function onOneDisk(...folders: [string, string]): Promise<boolean> {
  if (!folders.every(existsSync)) return false
  const [one, other] = await Promise.all(folders.map((folder) => stat(folder)))
  return one?.dev === other?.dev
}
