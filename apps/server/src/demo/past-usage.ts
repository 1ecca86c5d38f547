import { today, type Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { addPastSessions, type PastSession } from '#modules/radius/index.ts'
import { addUsage } from '#modules/usage/index.ts'
import { appetiteOf } from './lines.ts'
import { seededRandom, type Random } from './random.ts'
import { averageDay, carried, carriedInDay, type Line } from './traffic.ts'

/** A line, and between which days it was in use. */
type UsedLine = Line & {
  service_id: string
  customer_id: string
  partner_id: string
  router_id: string
  login: string
  ip: string | null
  mac: string | null
  from: string
  until: string | null
}

type Usage = Parameters<typeof addUsage>[1][number]

const days_of_usage = 60
const days_of_sessions = 3
/** So many of the lines are online at a time, here as on the simulated router. */
const share_online = 0.66

/** What the subscribers used in the last 60 days, up to the present hour, and their sessions of the last three. */
export async function usePast(ctx: Ctx): Promise<void> {
  const random = seededRandom(60)
  const lines = await usedLines(ctx)
  const present = ctx.now.toZonedDateTimeISO(ctx.tenant.time_zone)
  for (let ago = days_of_usage; ago >= 0; ago--) {
    const midnight = present.subtract({ days: ago }).startOfDay()
    const day = midnight.toPlainDate().toString()
    const inUse = lines.filter((line) => line.from <= day && (line.until === null || line.until > day))
    const used = inUse
      .filter(() => random.chance(0.96))
      .flatMap((line) =>
        ago > 1 ? [wholeDay(random, line, midnight)] : inSteps(random, line, midnight, present),
      )
    await addUsage(ctx, used)
    if (ago <= days_of_sessions && ago > 0)
      await addPastSessions(
        ctx,
        inUse.map((line) => session(random, line, midnight)),
      )
  }
}

/** Internet lines as they stand, up to the day they were blocked or disabled. Paused and ended ones are left out. */
async function usedLines(ctx: Ctx): Promise<UsedLine[]> {
  const rows = await ctx.db.all(sql<
    Omit<UsedLine, 'appetite' | 'speed_download_kbps' | 'speed_upload_kbps'> &
      Record<'speed_download_kbps' | 'speed_upload_kbps', bigint>
  >`
    select s.id as service_id, s.customer_id, s.partner_id, s.router_id, s.login, s.mac, host(s.ipv4_address) as ip,
      t.speed_download_kbps, t.speed_upload_kbps, c.category = 'company' as company, s.start_date as from,
      coalesce(c.blocked_on, c.disabled_on) as until
    from services s
    join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    join tariffs t on t.tenant_id = s.tenant_id and t.id = s.tariff_id
    where s.service_type = 'internet' and s.status in ('active', 'disabled') and s.start_date <= ${today(ctx)}::date
    order by s.login`)
  return rows.map((row) => ({
    ...row,
    speed_download_kbps: Number(row.speed_download_kbps),
    speed_upload_kbps: Number(row.speed_upload_kbps),
    appetite: appetiteOf(row.login),
  }))
}

/** A day long ago is one figure, put at an hour when people are online, so that five-minute points have the shape of a day too. */
function wholeDay(random: Random, line: UsedLine, midnight: Temporal.ZonedDateTime): Usage {
  const hour = Math.min(23.9, 24 * Math.sqrt(random.next()))
  const moment = midnight.add({ minutes: Math.floor(hour * 60) })
  const luck = share_online * (random.chance(0.08) ? 2.5 : 0.6 + random.next() * 0.7)
  const { download_bytes, upload_bytes } = carriedInDay(line, luck)
  return usage(line, moment, download_bytes, upload_bytes)
}

/** Yesterday and today in steps up to now: what the dashboard's last 24 hours are drawn from. Heavy lines in small steps, or they would be spikes. */
function inSteps(
  random: Random,
  line: UsedLine,
  midnight: Temporal.ZonedDateTime,
  present: Temporal.ZonedDateTime,
): Usage[] {
  const rows: Usage[] = []
  const drawn_from = present.subtract({ hours: 24 })
  const small = averageDay(line) > 16e9 ? 5 : 30
  // Not all at the same minute.
  let minute = random.between(0, small - 1)
  for (let step = small; minute < 24 * 60; minute += step) {
    const moment = midnight.add({ minutes: minute })
    if (Temporal.ZonedDateTime.compare(moment, present) > 0) break
    step = Temporal.ZonedDateTime.compare(moment, drawn_from) < 0 ? 120 : small
    const luck = share_online * (0.5 + random.next())
    const { download_bytes, upload_bytes } = carried(line, minute / 60, step * 60, luck)
    rows.push(usage(line, moment, download_bytes, upload_bytes))
  }
  return rows
}

function usage(line: UsedLine, at: Temporal.ZonedDateTime, output_bytes: number, input_bytes: number): Usage {
  const { router_id, service_id, customer_id, partner_id } = line
  return {
    router_id,
    service_id,
    customer_id,
    partner_id,
    at: at.toInstant().toString(),
    input_bytes,
    output_bytes,
  }
}

/** One closed session of the day: morning or afternoon to the night. */
function session(random: Random, line: UsedLine, midnight: Temporal.ZonedDateTime): PastSession {
  const started = midnight.add({ minutes: random.between(6 * 60, 15 * 60), seconds: random.between(0, 59) })
  const session_time_s = random.between(40 * 60, 8 * 3600)
  const { download_bytes, upload_bytes } = carried(line, 17, session_time_s, 0.6 + random.next() * 0.7)
  const { router_id, service_id, customer_id, partner_id, login, ip, mac } = line
  return {
    router_id,
    service_id,
    customer_id,
    partner_id,
    login,
    ip,
    mac,
    acct_session_id: `81${random.between(0x100000, 0xffffff).toString(16)}`,
    nas_port_id: `<pppoe-${login}>`,
    started_at: started.toInstant().toString(),
    stopped_at: started.add({ seconds: session_time_s }).toInstant().toString(),
    stop_cause: random.weighted([
      ['User-Request', 6],
      ['Lost-Carrier', 2],
      ['Session-Timeout', 1],
    ]),
    session_time_s,
    input_bytes: upload_bytes,
    output_bytes: download_bytes,
  }
}
