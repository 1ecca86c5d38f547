import { join, resolve } from 'node:path'

/** The environment, judged once at start; what is wrong with it is said in sentences. */
export type Config = {
  port: number
  host: string
  data_dir: string
  database_url: string | null
  radius: { host: string; auth_port: number; acct_port: number }
  roles: ReadonlySet<Role>
  demo: boolean | null
  rate_limit_per_minute: number
  job_concurrency: number
  pool_size: number
  log_level: string
  secret_key: string | null
  files: { limit_bytes: number; quota_bytes: number; s3: S3Settings | null }
  /** Where nightly backups of the built-in database go, and how many are kept; with none kept none are made. */
  backup: { folder: string; kept: number }
}
/** Where attachments lie when not in `DATA_DIR/files`. */
export type S3Settings = {
  /** Empty: Amazon's own, by region. */
  endpoint: string | null
  region: string
  bucket: string
  /** Put before each key, so that installations may share a bucket. */
  prefix: string
  access_key_id: string
  secret_access_key: string
}
export type Role = 'api' | 'worker' | 'radius' | 'poller'

export class BadConfig extends Error {}

export function readConfig(env: Record<string, string | undefined>, cwd: string): Config {
  const problems: string[] = []
  const number = (name: string, fallback: number, low: number, high: number): number => {
    const text = env[name]
    if (text === undefined || text === '') return fallback
    const value = Number(text)
    if (Number.isInteger(value) && value >= low && value <= high) return value
    problems.push(`${name} must be a whole number between ${low} and ${high}, not “${text}”.`)
    return fallback
  }
  const config: Config = {
    port: number('PORT', 8080, 0, 65_535),
    host: env.HOST || '127.0.0.1',
    data_dir: resolve(cwd, env.DATA_DIR || 'data'),
    database_url: env.DATABASE_URL || null,
    radius: {
      host: env.RADIUS_HOST || '0.0.0.0',
      auth_port: number('RADIUS_AUTH_PORT', 1812, 0, 65_535),
      acct_port: number('RADIUS_ACCT_PORT', 1813, 0, 65_535),
    },
    roles: roles(env.ISP_ROLES, problems),
    demo: env.ISP_DEMO === '1' ? true : env.ISP_DEMO === '0' ? false : null,
    rate_limit_per_minute: number('RATE_LIMIT_PER_MINUTE', 60_000, 10, 100_000_000),
    job_concurrency: number('JOB_CONCURRENCY', 4, 1, 64),
    pool_size: number('DATABASE_POOL', 16, 2, 200),
    // A terminal shows what needs attention; whoever collects the log wants each request.
    log_level: env.LOG_LEVEL || (process.stderr.isTTY ? 'warn' : 'info'),
    secret_key: env.SECRET_KEY || null,
    files: {
      limit_bytes: number('FILE_LIMIT_MB', 50, 1, 4096) * 1024 ** 2,
      quota_bytes: number('FILE_QUOTA_GB', 50, 1, 1_000_000) * 1024 ** 3,
      s3: s3Settings(env, problems),
    },
    backup: {
      folder: env.BACKUP_DIR
        ? resolve(cwd, env.BACKUP_DIR)
        : join(resolve(cwd, env.DATA_DIR || 'data'), 'backups'),
      kept: number('BACKUPS_KEPT', 3, 0, 1000),
    },
  }
  if (env.ISP_DEMO && !['0', '1'].includes(env.ISP_DEMO))
    problems.push('ISP_DEMO must be 1 (make the demo ISP) or 0 (do not).')
  if (config.database_url && !/^postgres(ql)?:\/\//.test(config.database_url)) {
    problems.push('DATABASE_URL must look like postgres://user:password@host:5432/database.')
  }
  if (config.secret_key && Buffer.from(config.secret_key, 'base64').length !== 32) {
    problems.push('SECRET_KEY must be 32 random bytes in base64 (openssl rand -base64 32).')
  }
  if (problems.length > 0) throw new BadConfig(problems.join('\n'))
  return config
}

/** All of S3_* or none; half a configuration would lose files into the wrong place. */
function s3Settings(env: Record<string, string | undefined>, problems: string[]): S3Settings | null {
  const known = [
    'S3_BUCKET',
    'S3_ACCESS_KEY_ID',
    'S3_SECRET_ACCESS_KEY',
    'S3_REGION',
    'S3_ENDPOINT',
    'S3_PREFIX',
  ]
  const given = Object.keys(env).filter((name) => name.startsWith('S3_') && env[name])
  if (given.length === 0) return null
  const strange = given.filter((name) => !known.includes(name))
  if (strange.length > 0)
    problems.push(`${strange.join(', ')} is unknown; S3 settings are ${known.join(', ')}.`)
  const missing = known.slice(0, 3).filter((name) => !env[name])
  if (missing.length > 0) problems.push(`To keep files in S3, set ${missing.join(', ')} too.`)
  const { S3_ENDPOINT: endpoint = '', S3_PREFIX: prefix = '' } = env
  if (endpoint && !/^https?:\/\/[^/?#]+\/?$/.test(endpoint))
    problems.push('S3_ENDPOINT must look like https://s3.example.com.')
  if (prefix && !/^[\w.-]+(\/[\w.-]+)*\/?$/.test(prefix))
    problems.push('S3_PREFIX is a folder in the bucket, such as isp/files.')
  return {
    endpoint: endpoint || null,
    region: env.S3_REGION || 'us-east-1',
    bucket: env.S3_BUCKET ?? '',
    prefix: prefix && `${prefix.replace(/\/$/, '')}/`,
    access_key_id: env.S3_ACCESS_KEY_ID ?? '',
    secret_access_key: env.S3_SECRET_ACCESS_KEY ?? '',
  }
}

function roles(text: string | undefined, problems: string[]): Set<Role> {
  const every: Role[] = ['api', 'worker', 'radius', 'poller']
  if (!text || text === 'all') return new Set(every)
  const named = text.split(',').map((name) => name.trim())
  const unknown = named.filter((name) => !(every as string[]).includes(name))
  if (unknown.length > 0)
    problems.push(`ISP_ROLES knows ${every.join(', ')} and all; not “${unknown.join(', ')}”.`)
  return new Set(every.filter((role) => named.includes(role)))
}
