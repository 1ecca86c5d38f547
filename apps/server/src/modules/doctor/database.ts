import { poolDb } from '#kernel/db.ts'
import { migrationFiles } from '#kernel/migrate.ts'
import { sql } from '#kernel/sql.ts'
import { fine, problem, warning, type InstallationCheck } from './finding.ts'

const mostSkew_ms = 2000

export const databaseChecks: readonly InstallationCheck[] = [
  {
    name: 'database',
    async look(app) {
      const began_ms = performance.now()
      const { version, size } = await poolDb(app.pool).one(sql<{ version: string; size: string }>`
        select current_setting('server_version') as version, pg_size_pretty(pg_database_size(current_database())) as size`)
      const took_ms = Math.round(performance.now() - began_ms)
      if (Number.parseInt(version, 10) < 18)
        return problem(`This is PostgreSQL ${version}.`, 'Upgrade it to 18 or newer.')
      return fine(`PostgreSQL ${version} answers in ${took_ms} ms and holds ${size}.`)
    },
  },
  {
    name: 'migrations',
    async look(app) {
      const ran = await poolDb(app.pool).all(
        sql<{ name: string; checksum: string }>`select name, checksum from schema_migrations`,
      )
      const known = new Map(ran.map(({ name, checksum }) => [name, checksum]))
      const files = migrationFiles()
      const waiting = files.filter(({ name }) => !known.has(name))
      const newer = ran.filter(({ name }) => !files.some((file) => file.name === name))
      if (waiting.length > 0)
        return problem(
          `${waiting.length} migrations have not run, the first is ${waiting[0]!.name}.`,
          'Start again; a start runs them.',
        )
      if (newer.length > 0)
        return problem(
          `The database was migrated by a newer release (${newer[0]!.name}).`,
          'Install that release again, or restore a backup from before it.',
        )
      return fine(`All ${files.length} migrations have run.`)
    },
  },
  {
    name: 'row_level_security',
    async look(app) {
      const open = await poolDb(app.migratorPool).all(sql<{ name: string }>`
        select c.oid::regclass::text as name
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname in ('public', 'dyn')
          and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
          and not (c.relrowsecurity and c.relforcerowsecurity)
        order by 1`)
      if (open.length > 0)
        return problem(
          `The wall between tenants is missing on ${open.map(({ name }) => name).join(', ')}.`,
          'Somebody changed the schema by hand. Run “alter table … force row level security” on them, and find out who.',
        )
      return fine('Every table keeps tenants apart by forced row-level security.')
    },
  },
  {
    name: 'roles',
    async look(app) {
      const role = await poolDb(app.pool).one(sql<{ name: string; mighty: boolean; owned: number }>`
        select rolname as name, rolsuper or rolbypassrls or rolcreaterole as mighty,
          (select count(*)::integer from pg_class where relowner = r.oid) as owned
        from pg_roles r where rolname = current_user`)
      if (role.mighty || role.owned > 0)
        return problem(
          `The application connects as ${role.name}, which ${role.mighty ? 'may pass the wall between tenants' : `owns ${role.owned} tables`}.`,
          'Run isp setup-database, which makes a role of its own that owns nothing.',
        )
      return fine(`The application connects as ${role.name}, which owns nothing.`)
    },
  },
  {
    name: 'clock',
    async look(app) {
      // wall clock: it is what is compared.
      const sent_ms = Date.now()
      const { at_ms } = await poolDb(app.pool).one(
        sql<{ at_ms: number }>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as at_ms`,
      )
      // Half of the way there and back.
      // wall clock: the same.
      const skew_ms = Math.abs(at_ms - (sent_ms + Date.now()) / 2)
      if (skew_ms < mostSkew_ms) return fine('The clocks of the server and of the database agree.')
      const sentence = `The clocks of the server and of the database differ by ${(skew_ms / 1000).toFixed(1)} s.`
      const advice = 'Keep both in step with NTP.'
      return skew_ms < 60_000 ? warning(sentence, advice) : problem(sentence, advice)
    },
  },
]
