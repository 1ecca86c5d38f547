export type SettingsInput = {
  port: number
  /** Absent: TCP only. */
  socket_dir: string | undefined
  log_dir: string
  memory_bytes: number
  /** Room in /dev/shm, where it exists. */
  shared_memory_bytes: number | undefined
  /** False: faster and not safe against a power cut. For tests. */
  durable: boolean
}

const MB = 1024 * 1024

/**
 * The text of `isp.conf`, which PostgreSQL includes and we write anew at every start. What an operator wants
 * otherwise goes into `local.conf` beside it, which is read after it and which we never touch.
 */
export function settingsText(input: SettingsInput): string {
  const memory_mb = Math.floor(input.memory_bytes / MB)
  const shared_buffers_mb = clamp(Math.floor(memory_mb / 4), 128, 2048)
  const settings: Record<string, string | number | boolean> = {
    listen_addresses: '127.0.0.1',
    port: input.port,
    unix_socket_directories: input.socket_dir ?? '',
    max_connections: 100,
    password_encryption: 'scram-sha-256',

    shared_buffers: `${shared_buffers_mb}MB`,
    effective_cache_size: `${Math.max(256, Math.floor(memory_mb * 0.6))}MB`,
    maintenance_work_mem: `${clamp(Math.floor(memory_mb / 32), 64, 512)}MB`,
    work_mem: '16MB',
    random_page_cost: 1.1,
    jit: false,

    // After a crash everything since the last checkpoint is replayed: 8 GB of it takes over a minute, 2 GB seconds.
    max_wal_size: '2GB',
    checkpoint_timeout: '5min',
    wal_compression: true,
    fsync: input.durable,
    full_page_writes: input.durable,
    synchronous_commit: input.durable,

    logging_collector: true,
    log_directory: input.log_dir,
    // A week of files, one a weekday, each emptied when its day comes round again.
    log_filename: 'postgresql-%a.log',
    log_rotation_age: '1d',
    log_rotation_size: 0,
    log_truncate_on_rotation: true,
    log_file_mode: '0600',
    log_checkpoints: false,
    log_timezone: 'UTC',
    timezone: 'UTC',
    lc_messages: 'C',
  }
  // Containers often have 64 MB of /dev/shm, too little for one parallel query.
  if (input.shared_memory_bytes !== undefined && input.shared_memory_bytes < 512 * MB) {
    settings['dynamic_shared_memory_type'] = 'mmap'
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${literal(value)}`)
  return `# Written at every start. Put your own settings into local.conf beside this file.\n${lines.join('\n')}\n`
}

function literal(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'number') return String(value)
  return `'${value.replaceAll("'", "''")}'`
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, value))
}
