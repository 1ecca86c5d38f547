import { join } from 'node:path'

/**
 * What lies where in `DATA_DIR/postgres`. The folder, `password`, `port` and `start.log` are ours; `data`, `log` and `socket`
 * belong to the user PostgreSQL runs as.
 */
export type Layout = {
  folder: string
  data: string
  log: string
  socket: string
  password: string
  port: string
  /** What PostgreSQL says before its log files are open. */
  start_log: string
}

export function layoutOf(data_dir: string): Layout {
  const folder = join(data_dir, 'postgres')
  return {
    folder,
    data: join(folder, 'data'),
    log: join(folder, 'log'),
    socket: join(folder, 'socket'),
    password: join(folder, 'password'),
    port: join(folder, 'port'),
    start_log: join(folder, 'start.log'),
  }
}
