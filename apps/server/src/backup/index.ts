export { createBackups, latestBackup, type Backups } from './daily.ts'
export { restoreBackup } from './restore.ts'
export type { Manifest } from './manifest.ts'
