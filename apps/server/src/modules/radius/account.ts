import type { AccountingPacket } from './accounting-packet.ts'
import { advance } from './counters.ts'

/** A session as it stands; times in milliseconds since 1970, by the tenant's clock unless said otherwise. */
export type SessionState = {
  status: 'online' | 'stale' | 'closed'
  presumed: boolean
  ip: string | null
  mac: string | null
  started_at: number
  last_heard_at: number
  stopped_at: number | null
  stop_cause: string | null
  /** By the wall clock. */
  received_at: number
  event_s: number | null
  session_time_s: number | null
  input_bytes: number
  output_bytes: number
  input_counter: number
  output_counter: number
  gigawords: boolean
  download_bps: number
  upload_bps: number
}

export type Accounted = {
  state: SessionState
  input_delta: number
  output_delta: number
  /** `again`: the router uses the names of a session that is over for a new one. */
  happened: 'started' | 'stopped' | 'reopened' | 'again' | undefined
}

export type Heard = {
  packet: AccountingPacket
  /** By the tenant's clock. */ at: number
  received_at: number
}

/** What a packet makes of a session: a pure decision. `state` is undefined for a session not heard of before. */
export function account(state: SessionState | undefined, heard: Heard): Accounted {
  if (!state || isNewSession(state, heard)) return begin(state !== undefined, heard)
  const { packet, at, received_at } = heard
  // A Start again, or one that came after what followed it.
  if (packet.kind === 'start' && (state.status === 'closed' || state.session_time_s !== null)) {
    return { state, input_delta: 0, output_delta: 0, happened: undefined }
  }
  const counted = count(state, heard)
  const { input_delta, output_delta } = counted
  const next: SessionState = {
    ...counted.state,
    ip: packet.ip ?? state.ip,
    mac: packet.mac ?? state.mac,
    last_heard_at: Math.max(state.last_heard_at, at),
    received_at: Math.max(state.received_at, received_at),
  }
  if (packet.kind === 'stop') {
    const was_over = state.status === 'closed' && !state.presumed
    const closed = was_over ? next : { ...next, ...over(at, packet.cause), download_bps: 0, upload_bps: 0 }
    return {
      state: closed,
      input_delta,
      output_delta,
      happened: state.status === 'closed' ? undefined : 'stopped',
    }
  }
  if (state.status !== 'closed')
    return { state: { ...next, status: 'online' }, input_delta, output_delta, happened: undefined }
  // We had thought it over. What the router really ended stays so.
  if (!state.presumed || at < state.last_heard_at)
    return { state: next, input_delta, output_delta, happened: undefined }
  return {
    state: { ...next, status: 'online', presumed: false, stopped_at: null, stop_cause: null },
    input_delta,
    output_delta,
    happened: 'reopened',
  }
}

/** How long after its Stop a session's Start may still come by a roundabout way, on the wall clock. */
const late_start_ms = 60_000

/** A router that restarted counts its session ids from the beginning: a Start after the end is another session. */
function isNewSession(state: SessionState, { packet, at, received_at }: Heard): boolean {
  if (packet.kind !== 'start' || state.status !== 'closed' || state.stopped_at === null) return false
  if (state.stop_cause === 'NAS-Reboot') return at >= state.stopped_at
  const told_by_clock = packet.event_s !== undefined && state.event_s !== null
  return told_by_clock
    ? packet.event_s! > state.event_s! + 1
    : received_at - packet.delay_s * 1000 > state.received_at + late_start_ms
}

function begin(again: boolean, { packet, at, received_at }: Heard): Accounted {
  const input = packet.input?.value ?? 0
  const output = packet.output?.value ?? 0
  const duration_ms = (packet.session_time_s ?? 0) * 1000
  const stopped = packet.kind === 'stop'
  const rate = (bytes: number) =>
    stopped || duration_ms === 0 ? 0 : Math.round((bytes * 8000) / duration_ms)
  const state: SessionState = {
    status: stopped ? 'closed' : 'online',
    presumed: false,
    ip: packet.ip,
    mac: packet.mac,
    started_at: at - duration_ms,
    last_heard_at: at,
    stopped_at: stopped ? at : null,
    stop_cause: stopped ? (packet.cause ?? 'Unknown') : null,
    received_at,
    event_s: packet.event_s ?? null,
    session_time_s: packet.kind === 'start' ? null : (packet.session_time_s ?? null),
    input_bytes: input,
    output_bytes: output,
    input_counter: input,
    output_counter: output,
    gigawords: (packet.input?.has_high ?? false) || (packet.output?.has_high ?? false),
    upload_bps: rate(input),
    download_bps: rate(output),
  }
  return {
    state,
    input_delta: input,
    output_delta: output,
    happened: again ? 'again' : stopped ? 'stopped' : 'started',
  }
}

const over = (at: number, cause: string | null) => ({
  status: 'closed' as const,
  presumed: false,
  stopped_at: at,
  stop_cause: cause ?? 'Unknown',
})

function count(
  state: SessionState,
  heard: Heard,
): { state: SessionState; input_delta: number; output_delta: number } {
  const { packet } = heard
  const { session_time_s } = packet
  const base = beganAnew(state, packet)
    ? { ...state, input_counter: 0, output_counter: 0, gigawords: false, session_time_s: null }
    : state
  const unchanged = { delta: 0, counter: 0 }
  const input = packet.input
    ? advance({ ...base, counter: base.input_counter }, packet.input, session_time_s)
    : { ...unchanged, counter: base.input_counter }
  const output = packet.output
    ? advance({ ...base, counter: base.output_counter }, packet.output, session_time_s)
    : { ...unchanged, counter: base.output_counter }
  const rates = ratesOf(state, heard, input.delta, output.delta)
  return {
    input_delta: input.delta,
    output_delta: output.delta,
    state: {
      ...base,
      ...rates,
      input_bytes: state.input_bytes + input.delta,
      output_bytes: state.output_bytes + output.delta,
      input_counter: input.counter,
      output_counter: output.counter,
      gigawords: base.gigawords || (packet.input?.has_high ?? false) || (packet.output?.has_high ?? false),
      session_time_s:
        session_time_s === undefined
          ? base.session_time_s
          : Math.max(base.session_time_s ?? 0, session_time_s),
      event_s: packet.event_s === undefined ? state.event_s : Math.max(state.event_s ?? 0, packet.event_s),
    },
  }
}

/**
 * The router lost its counters within the session: its time fell while its clock went on. Without Event-Timestamp this cannot be told
 * from a late packet, and nothing is counted twice on a guess.
 */
function beganAnew(state: SessionState, { session_time_s, event_s }: AccountingPacket): boolean {
  if (
    session_time_s === undefined ||
    state.session_time_s === null ||
    event_s === undefined ||
    state.event_s === null
  )
    return false
  return session_time_s < state.session_time_s && event_s > state.event_s
}

/** bit/s between the last two reports; as they were when the packet is an old one. */
function ratesOf(
  state: SessionState,
  { packet, at }: Heard,
  input_delta: number,
  output_delta: number,
): Pick<SessionState, 'upload_bps' | 'download_bps'> {
  const { upload_bps, download_bps } = state
  const passed_ms =
    packet.session_time_s !== undefined && state.session_time_s !== null
      ? (packet.session_time_s - state.session_time_s) * 1000
      : packet.session_time_s !== undefined
        ? packet.session_time_s * 1000
        : at - state.last_heard_at
  if (passed_ms <= 0) return { upload_bps, download_bps }
  return {
    upload_bps: Math.round((input_delta * 8000) / passed_ms),
    download_bps: Math.round((output_delta * 8000) / passed_ms),
  }
}
