import { expect, test } from 'vitest'
import { account, type SessionState } from './account.ts'
import type { AccountingPacket, Counter } from './accounting-packet.ts'

const minute = 60_000
const noon = Date.parse('2027-01-01T12:00:00Z')

type Told = Partial<Omit<AccountingPacket, 'input' | 'output'>> & {
  input?: number | Counter
  output?: number | Counter
  at?: number
}

const counter = (value: number | Counter | undefined): Counter | undefined =>
  typeof value === 'number' ? { value, has_high: true } : value

/** Tells packets one after the other; answers the session and the sum of what was counted. */
function tell(...packets: Told[]) {
  let state: SessionState | undefined
  let input = 0
  let output = 0
  const happened: (string | undefined)[] = []
  for (const { at = 0, input: i, output: o, ...packet } of packets) {
    const accounted = account(state, {
      packet: {
        kind: 'interim',
        login: 'jane',
        acct_session_id: '1',
        nas_identifier: null,
        nas_port_id: null,
        ip: null,
        mac: null,
        session_time_s: undefined,
        event_s: undefined,
        delay_s: 0,
        cause: null,
        ...packet,
        input: counter(i),
        output: counter(o),
      },
      at: noon + at,
      received_at: noon + at,
    })
    state = accounted.state
    input += accounted.input_delta
    output += accounted.output_delta
    happened.push(accounted.happened)
  }
  return { state: state!, input, output, happened }
}

test('a life: start, interim, stop', () => {
  const { state, input, output, happened } = tell(
    { kind: 'start' },
    { input: 1000, output: 5000, session_time_s: 300, at: 5 * minute },
    { kind: 'stop', input: 1500, output: 9000, session_time_s: 600, at: 10 * minute, cause: 'User-Request' },
  )
  expect(state).toMatchObject({
    status: 'closed',
    input_bytes: 1500,
    output_bytes: 9000,
    started_at: noon,
    stopped_at: noon + 10 * minute,
    stop_cause: 'User-Request',
    download_bps: 0,
  })
  expect([input, output]).toEqual([1500, 9000])
  expect(happened).toEqual(['started', undefined, 'stopped'])
})

test('rates are of the time between two reports', () => {
  const { state } = tell(
    { kind: 'start' },
    { output: 3_750_000, session_time_s: 300, at: 5 * minute },
    { output: 3_750_000 + 37_500_000, session_time_s: 600, at: 10 * minute },
  )
  expect(state.download_bps).toBe(1_000_000)
})

test('a lost start is made up for by the first interim', () => {
  const { state, happened } = tell({ input: 10, output: 20, session_time_s: 300, at: 5 * minute })
  expect(state).toMatchObject({ status: 'online', started_at: noon })
  expect(happened).toEqual(['started'])
})

test('a stop without a start is a closed session', () => {
  expect(tell({ kind: 'stop', input: 10, output: 20, session_time_s: 60, at: minute })).toMatchObject({
    state: { status: 'closed', started_at: noon, stopped_at: noon + minute },
    input: 10,
    output: 20,
    happened: ['stopped'],
  })
})

test('what comes twice or late adds nothing and opens nothing', () => {
  const first = { input: 1000, output: 1000, session_time_s: 300, at: 5 * minute }
  const second = { input: 2000, output: 2000, session_time_s: 600, at: 10 * minute }
  const stop = {
    kind: 'stop' as const,
    input: 2500,
    output: 2500,
    session_time_s: 700,
    at: 11 * minute,
    cause: 'Idle-Timeout',
  }
  const { state, input, happened } = tell(
    { kind: 'start' },
    second,
    first,
    second,
    stop,
    { kind: 'start', at: 11.5 * minute },
    first,
    second,
    stop,
  )
  expect(state).toMatchObject({
    status: 'closed',
    stop_cause: 'Idle-Timeout',
    stopped_at: noon + 11 * minute,
    input_bytes: 2500,
  })
  expect(input).toBe(2500)
  expect(happened.filter(Boolean)).toEqual(['started', 'stopped'])
})

test('a counter of 32 bits that begins anew goes on, and a late packet does not look like one', () => {
  const low = (value: number): Counter => ({ value, has_high: false })
  const { input } = tell(
    { kind: 'start' },
    { input: low(3_000_000_000), session_time_s: 300 },
    { input: low(4_294_967_000), session_time_s: 600 },
    { input: low(704), session_time_s: 900 },
    { input: low(4_294_967_000), session_time_s: 600 },
    { input: low(1000), session_time_s: 1200 },
  )
  expect(input).toBe(2 ** 32 + 1000)
})

test('a router that sends Gigawords only when there are any', () => {
  const { output } = tell(
    { kind: 'start' },
    { output: { value: 4_000_000_000, has_high: false }, session_time_s: 300 },
    { output: { value: 2 ** 32 + 5, has_high: true }, session_time_s: 600 },
    { output: { value: 4_000_000_000, has_high: false }, session_time_s: 300 },
    { output: { value: 3 * 2 ** 32 + 5, has_high: true }, session_time_s: 900 },
  )
  expect(output).toBe(3 * 2 ** 32 + 5)
})

test('counters lost within a session are added up, where the router’s clock tells it from a late packet', () => {
  const reset = (event: boolean) =>
    tell(
      { kind: 'start', ...(event ? { event_s: 1000 } : {}) },
      { input: 5000, session_time_s: 600, ...(event ? { event_s: 1600 } : {}) },
      { input: 700, session_time_s: 60, ...(event ? { event_s: 1700 } : {}) },
      { input: 900, session_time_s: 120, ...(event ? { event_s: 1760 } : {}) },
    )
  expect(reset(true).input).toBe(5900)
  expect(reset(false).input).toBe(5000)
})

test('the same names after the end are another session', () => {
  const stop = { kind: 'stop' as const, input: 100, session_time_s: 60, at: minute }
  expect(tell({ kind: 'start' }, stop, { kind: 'start', at: 3 * minute }).happened).toEqual([
    'started',
    'stopped',
    'again',
  ])
  expect(
    tell(
      { kind: 'start', event_s: 1000 },
      { ...stop, event_s: 1060 },
      { kind: 'start', event_s: 1065, at: 1.2 * minute },
    ).happened,
  ).toEqual(['started', 'stopped', 'again'])
  expect(
    tell(
      { kind: 'start', event_s: 1000 },
      { ...stop, event_s: 1060 },
      { kind: 'start', event_s: 1000, at: 5 * minute },
    ).happened,
  ).toEqual(['started', 'stopped', undefined])
})

test('a session we thought over is open again when its router speaks of it; one that the router ended is not', () => {
  const { state } = tell({ kind: 'start' }, { input: 100, session_time_s: 300, at: 5 * minute })
  const swept: SessionState = {
    ...state,
    status: 'closed',
    presumed: true,
    stopped_at: state.last_heard_at,
    stop_cause: 'Lost-Carrier',
  }
  const packet: AccountingPacket = {
    kind: 'interim',
    login: 'jane',
    acct_session_id: '1',
    nas_identifier: null,
    nas_port_id: null,
    ip: null,
    mac: null,
    input: counter(400),
    output: undefined,
    session_time_s: 90_000,
    event_s: undefined,
    delay_s: 0,
    cause: null,
  }
  const heard = { packet, at: noon + 1500 * minute, received_at: noon + 1500 * minute }
  expect(account(swept, heard)).toMatchObject({
    state: { status: 'online', stopped_at: null, stop_cause: null, input_bytes: 400 },
    input_delta: 300,
    happened: 'reopened',
  })
  expect(account({ ...swept, presumed: false, stop_cause: 'User-Request' }, heard)).toMatchObject({
    state: { status: 'closed', stop_cause: 'User-Request' },
    happened: undefined,
  })
})

test('whatever is lost, doubled or out of order, the total is the last thing told', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomOf(seed)
    const wraps = seed % 3 === 0
    let input = 0
    let output = 0
    let packets: Told[] = [{ kind: 'start' }]
    for (let i = 1; i <= 12; i++) {
      // Where the high half is missing, a report may be away for one turn only: less than half a range passes meanwhile.
      input += Math.floor(random() * (wraps ? 2 ** 30 : 2 ** 34))
      output += Math.floor(random() * (wraps ? 2 ** 30 : 2 ** 34))
      const as = (value: number): Counter =>
        wraps ? { value: value % 2 ** 32, has_high: false } : { value, has_high: true }
      packets.push({ input: as(input), output: as(output), session_time_s: i * 300, at: i })
    }
    const last = { ...packets.pop()!, kind: 'stop' as const }
    packets = packets
      .filter(() => wraps || random() > 0.1)
      .flatMap((packet) => (random() < 0.1 ? [packet, packet] : [packet]))
    for (let i = packets.length - 1; i > 0; i -= 2) {
      if (random() < 0.2) [packets[i], packets[i - 1]] = [packets[i - 1]!, packets[i]!]
      if (!wraps && random() < 0.1) [packets[i], packets[0]] = [packets[0]!, packets[i]!]
    }
    const told = tell(...packets, last, ...(random() < 0.5 ? packets.slice(-1) : []), last)
    expect([seed, told.input, told.state.input_bytes, told.output, told.state.status]).toEqual([
      seed,
      input,
      input,
      output,
      'closed',
    ])
  }
})

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
