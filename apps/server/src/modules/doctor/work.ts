import { poolDb } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import { forgotten } from '#modules/privacy/index.ts'
import { radiusPorts } from '#modules/radius/index.ts'
import { count, fine, problem, warning, type InstallationCheck } from './finding.ts'

export const workChecks: readonly InstallationCheck[] = [
  {
    name: 'jobs',
    async look(app) {
      const { dead, late, example } = await poolDb(app.migratorPool).one(sql<{
        dead: number
        late: number
        example: string | null
      }>`
        select count(*) filter (where attempts >= max_attempts)::integer as dead,
          count(*) filter (where attempts < max_attempts and locked_at is null and run_at < now() - interval '10 minutes')::integer as late, -- wall clock: jobs wait in real time
          (array_agg(t.identifier || ': ' || left(j.last_error, 200)) filter (where attempts >= max_attempts))[1] as example
        from graphile_worker._private_jobs j
        join graphile_worker._private_tasks t on t.id = j.task_id`)
      if (late > 0)
        return problem(
          `${count(late, 'job')} should have begun more than ten minutes ago.`,
          'Is a process with the role worker running? See ISP_ROLES.',
        )
      if (dead > 0)
        return warning(
          `${count(dead, 'job')} gave up. ${example ?? ''}`.trim(),
          'See Jobs in the app for what went wrong.',
        )
      return fine('No job has given up, and none waits.')
    },
  },
  {
    name: 'outbox',
    async look(app) {
      const types = Object.fromEntries(app.consumers.map((consumer) => [consumer.name, consumer.types]))
      const behind = await poolDb(app.migratorPool).all(sql<{
        consumer: string
        waiting: number
        late_s: number
      }>`
        select w.consumer, w.waiting, w.late_s
        from unnest(${app.consumers.map(({ name }) => name)}::text[]) as c(consumer)
        left join consumer_positions p on p.consumer = c.consumer,
        lateral (
          select c.consumer, count(*)::integer as waiting, extract(epoch from now() - uuid_extract_timestamp(min(id::text)::uuid))::float8 as late_s -- wall clock: events too
          from (
            select e.id from events e
            where (e.xid, e.seq) > (coalesce(p.xid, '0'), coalesce(p.seq, 0))
              and e.type in (select jsonb_array_elements_text(${JSON.stringify(types)}::jsonb -> c.consumer))
            order by e.xid, e.seq
            limit 10000
          ) e
        ) w
        where w.late_s > 60
        order by w.late_s desc`)
      const [worst] = behind
      if (worst)
        return problem(
          `${worst.consumer} is ${Math.round(worst.late_s / 60)} minutes behind, with ${count(worst.waiting, 'event')} to hear of.`,
          'Is a process with the role worker running? Its log says what fails.',
        )
      return fine('Everybody has heard of what happened.')
    },
  },
  {
    name: 'radius',
    async look(app) {
      if (!app.config.roles.has('radius')) return fine('This process does not serve RADIUS.')
      const ports = radiusPorts(app)
      if (!ports)
        return problem(
          'RADIUS is not served although this process should.',
          'Its log says why; start it again.',
        )
      return fine(
        `RADIUS is served on UDP ports ${ports.auth_port} and ${ports.acct_port} of ${app.config.radius.host}.`,
      )
    },
  },
  {
    name: 'erasures',
    async look(app) {
      const missing = await forgotten(app)
      if (missing.length > 0)
        return problem(
          `${count(missing.length, 'erasure')} that the journal knows ${missing.length === 1 ? 'is' : 'are'} not in the database, which was restored from before.`,
          'Start again, which carries them out; if it stays, the log says what fails.',
        )
      return fine('Whoever was erased is erased here.')
    },
  },
]
