import type { Ctx } from '#kernel/ctx.ts'
import { rowsOf } from '#kernel/rows.ts'
import { sql } from '#kernel/sql.ts'

/** A session that is over, as an import or the demo tells it. Input is from the customer: upload. Instants are RFC 3339 text. */
export type PastSession = {
  router_id: string
  service_id: string
  customer_id: string
  partner_id: string
  login: string
  acct_session_id: string
  nas_port_id: string | null
  ip: string | null
  mac: string | null
  started_at: string
  stopped_at: string
  stop_cause: string
  session_time_s: number
  input_bytes: number
  output_bytes: number
}

/** Writes sessions of former times, in one statement. They have no key, so that no packet of today is taken for one of theirs. */
export async function addPastSessions(ctx: Ctx, past: readonly PastSession[]): Promise<void> {
  if (past.length === 0) return
  await ctx.db.run(sql`
    insert into sessions (
      tenant_id, router_id, service_id, customer_id, partner_id, login, status, acct_session_id, nas_port_id, ip, mac, started_at,
      last_heard_at, stopped_at, stop_cause, received_at, session_time_s, input_bytes, output_bytes, input_counter, output_counter,
      policy, created_at, updated_at)
    select ${ctx.tenant.id}::uuid, p.router_id, p.service_id, p.customer_id, p.partner_id, p.login, 'closed', p.acct_session_id,
      p.nas_port_id, p.ip::inet, p.mac, p.started_at::timestamptz, p.stopped_at::timestamptz, p.stopped_at::timestamptz, p.stop_cause,
      p.stopped_at::timestamptz, p.session_time_s, p.input_bytes, p.output_bytes, p.input_bytes, p.output_bytes,
      'unknown', p.started_at::timestamptz, p.stopped_at::timestamptz
    from ${rowsOf('p', past, {
      router_id: 'uuid',
      service_id: 'uuid',
      customer_id: 'uuid',
      partner_id: 'uuid',
      login: 'text',
      acct_session_id: 'text',
      nas_port_id: 'text',
      ip: 'text',
      mac: 'text',
      started_at: 'text',
      stopped_at: 'text',
      stop_cause: 'text',
      session_time_s: 'bigint',
      input_bytes: 'bigint',
      output_bytes: 'bigint',
    })}
    order by p.stopped_at::timestamptz`)
}
