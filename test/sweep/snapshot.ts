import pg from 'pg'
import type { TestIsp } from '../isp.ts'

/** What is written by asking, whatever becomes of the question. */
const heard: Record<string, string> = { api_keys: 'last_used_at' }

/** For each table: how many rows a tenant has in it, and a checksum over all of them. Equal before and after: nothing was changed. */
export async function watchTables(isp: TestIsp) {
  const client = new pg.Client(isp.database.admin)
  await client.connect()
  const { rows } = await client.query<{ name: string; table: string }>(`
    select format('%I.%I', n.nspname, c.relname) as name, c.relname as table
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'dyn')
    order by 1`)
  const counted = rows.map(({ name, table }) => {
    const row = heard[table] ? `to_jsonb(t) - '${heard[table]}'` : 't'
    return `select '${name}' as name, count(*)::text || ':' || coalesce(sum(hashtextextended((${row})::text, 0)), 0)::text as state
      from ${name} t where tenant_id = $1`
  })
  const query = counted.join(' union all ')
  return {
    async of(tenant_id: string): Promise<Record<string, string>> {
      const answer = await client.query<{ name: string; state: string }>(query, [tenant_id])
      return Object.fromEntries(answer.rows.map(({ name, state }) => [name, state]))
    },
    end: () => client.end(),
  }
}
