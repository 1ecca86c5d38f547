import type { AccountingPacket, Counter } from './accounting-packet.ts'
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
  const { packet, at } = heard
  // A Start again, or one that came after what followed it.
  if (packet.kind === 'start' && (state.status === 'closed' || state.session_time_s !== null))
    return { state, input_delta: 0, output_delta: 0, happened: undefined }
  const accounted = count(state, heard)
  const next = accounted.state
  if (packet.kind === 'stop') {
    if (state.status !== 'closed' || state.presumed) end(next, at, packet.cause)
    if (state.status !== 'closed') accounted.happened = 'stopped'
  } else if (state.status !== 'closed') {
    next.status = 'online'
  } else if (state.presumed && at >= state.last_heard_at) {
    // We had thought it over. What the router really ended stays so.
    next.status = 'online'
    next.presumed = false
    next.stopped_at = null
    next.stop_cause = null
    accounted.happened = 'reopened'
  }
  return accounted
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

function end(next: SessionState, at: number, cause: string | null): void {
  next.status = 'closed'
  next.presumed = false
  next.stopped_at = at
  next.stop_cause = cause ?? 'Unknown'
  next.download_bps = 0
  next.upload_bps = 0
}

/** The state with what the packet counted and told; one object a packet, since copies of it were a tenth of its cost. */
function count(state: SessionState, heard: Heard): Accounted {
  const { packet, at, received_at } = heard
  const { session_time_s, event_s } = packet
  const anew = beganAnew(state, packet)
  const known_time_s = anew ? null : state.session_time_s
  const gigawords = anew ? false : state.gigawords
  const input = advanced(
    anew ? 0 : state.input_counter,
    packet.input,
    gigawords,
    known_time_s,
    session_time_s,
  )
  const output = advanced(
    anew ? 0 : state.output_counter,
    packet.output,
    gigawords,
    known_time_s,
    session_time_s,
  )
  const passed_ms = passedSince(state, heard)
  return {
    input_delta: input.delta,
    output_delta: output.delta,
    happened: undefined,
    state: {
      status: state.status,
      presumed: state.presumed,
      ip: packet.ip ?? state.ip,
      mac: packet.mac ?? state.mac,
      started_at: state.started_at,
      last_heard_at: Math.max(state.last_heard_at, at),
      stopped_at: state.stopped_at,
      stop_cause: state.stop_cause,
      received_at: Math.max(state.received_at, received_at),
      event_s: event_s === undefined ? state.event_s : Math.max(state.event_s ?? 0, event_s),
      session_time_s:
        session_time_s === undefined ? known_time_s : Math.max(known_time_s ?? 0, session_time_s),
      input_bytes: state.input_bytes + input.delta,
      output_bytes: state.output_bytes + output.delta,
      input_counter: input.counter,
      output_counter: output.counter,
      gigawords: gigawords || (packet.input?.has_high ?? false) || (packet.output?.has_high ?? false),
      download_bps: passed_ms > 0 ? Math.round((output.delta * 8000) / passed_ms) : state.download_bps,
      upload_bps: passed_ms > 0 ? Math.round((input.delta * 8000) / passed_ms) : state.upload_bps,
    },
  }
}

const advanced = (
  counter: number,
  told: Counter | undefined,
  gigawords: boolean,
  known_time_s: number | null,
  session_time_s: number | undefined,
): { delta: number; counter: number } =>
  told
    ? advance({ counter, gigawords, session_time_s: known_time_s }, told, session_time_s)
    : { delta: 0, counter }

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

/** Between the last two reports, which rates are of. Nothing when the packet is an old one: rates stay as they were. */
function passedSince(state: SessionState, { packet, at }: Heard): number {
  if (packet.session_time_s === undefined) return at - state.last_heard_at
  return (packet.session_time_s - (state.session_time_s ?? 0)) * 1000
}
