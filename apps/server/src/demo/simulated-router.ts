import {
  chapCredentials,
  createDynamicAuthorizationServer,
  createRadiusClient,
  sharedSecret,
  type DynamicAuthorizationDecision,
  type DynamicAuthorizationRequest,
  type DynamicAuthorizationServer,
  type RadiusClient,
} from '@isp/radius'
import type { App } from '#kernel/app.ts'
import { modemsOf, moveCoaPort, type DemoRouter, type Modem } from './lines.ts'
import { demo_nas_ip } from './provider.ts'
import { ratesOf, sessionAttributes, sessionOf, transfer, type LiveSession } from './live-session.ts'

export type SimulatedRouter = { stop(): Promise<void> }
/** Where the program's own RADIUS server listens. */
export type RadiusAddress = { host: string; auth_port: number; acct_port: number }

/** One subscriber's port: offline, waiting for its next attempt, or online until its session ends. */
type Port = {
  modem: Modem
  session: LiveSession | undefined
  /** When something happens here next, in ms since 1970. */
  due_ms: number
  ends_ms: number
  busy: boolean
  gone: boolean
}

/** On average 3.5 hours online and 1.8 offline: two thirds of all are online at any time. */
const online_ms = 3.5 * 3_600_000
const offline_ms = 1.8 * 3_600_000
const share_online_at_first = 0.66
const look_for_modems_ms = 30_000

/** A NAS with real packets and made-up subscribers. One timer a second looks at what is due, so that it costs next to nothing. */
export async function startSimulatedRouter(
  app: App,
  server: RadiusAddress,
  router: DemoRouter,
): Promise<SimulatedRouter> {
  const ports = new Map<string, Port>()
  const coa = await listenForCoa(app, router, (request) => answerCoa(ports, request))
  const client = createRadiusClient({
    ...server,
    secret: router.radius_secret,
    bind_address: demo_nas_ip,
  })
  let looked_ms = 0
  let booted = false
  let looking: Promise<void> | undefined
  const atWork = new Set<Promise<void>>()

  const look = async (): Promise<void> => {
    // A restarted router says so, and what it forgot is closed.
    booted ||= (await client.account(routerAttributes(router, 'Accounting-On'))).result === 'ack'
    if (!booted) return
    const known = new Map([...ports].map(([id, port]) => [id, port.modem]))
    const modems = await modemsOf(app, router, known)
    const first = ports.size === 0
    for (const modem of modems) plugIn(ports, modem, first)
    const present = new Set(modems.map((modem) => modem.service_id))
    for (const [id, port] of ports) if (!present.has(id)) unplug(ports, id, port)
  }

  const tick = (): void => {
    const now_ms = Date.now()
    if (!looking && now_ms - looked_ms > look_for_modems_ms) {
      looked_ms = now_ms
      looking = look()
        .catch((error) =>
          app.log.debug({ err: error }, 'the simulated router could not read its subscribers'),
        )
        .finally(() => (looking = undefined))
    }
    for (const port of ports.values()) {
      if (port.busy || port.due_ms > now_ms) continue
      port.busy = true
      const work = visit(client, router, port, now_ms)
        .catch((error) => {
          port.due_ms = Date.now() + 30_000
          app.log.debug({ err: error }, 'the simulated router stumbled')
        })
        .finally(() => {
          port.busy = false
          if (port.gone && !port.session) ports.delete(port.modem.service_id)
          atWork.delete(work)
        })
      atWork.add(work)
    }
  }

  const timer = setInterval(tick, 1000)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all([coa.close(), client.close()])
      await Promise.allSettled([...atWork, looking])
    },
  }
}

/** Something is due at a port: a login, an interim update, or the end of its session. */
async function visit(client: RadiusClient, router: DemoRouter, port: Port, now_ms: number): Promise<void> {
  if (!port.session) return logIn(client, router, port)
  const { session } = port
  transfer(session, port.modem, now_ms, router.time_zone)
  if (port.gone || now_ms >= port.ends_ms) {
    const cause = session.dropped_by ?? (Math.random() < 0.2 ? 'Lost-Carrier' : 'User-Request')
    port.session = undefined
    port.due_ms = Date.now() + (session.dropped_by ? 3_000 + Math.random() * 7_000 : waitFor(offline_ms))
    await client.account({
      ...sessionAttributes(router, session, 'Stop', now_ms),
      'Acct-Terminate-Cause': cause,
    })
    return
  }
  port.due_ms = Math.min(now_ms + router.interim_interval_s * 1000, port.ends_ms)
  await client.account(sessionAttributes(router, session, 'Interim-Update', now_ms))
}

async function logIn(client: RadiusClient, router: DemoRouter, port: Port): Promise<void> {
  const { modem } = port
  // Odd-numbered modems of the demo prefer CHAP, as half the world's do.
  const credentials =
    modem.mac.charCodeAt(16) % 2 ? chapCredentials(modem.password) : { 'User-Password': modem.password }
  const session = sessionOf(modem)
  const answer = await client.access({
    'User-Name': modem.login,
    ...credentials,
    'Service-Type': 'Framed-User',
    'Framed-Protocol': 'PPP',
    'NAS-IP-Address': demo_nas_ip,
    'NAS-Identifier': router.title,
    'NAS-Port-Type': 'Ethernet',
    'NAS-Port-Id': session.nas_port_id,
    'Calling-Station-Id': modem.mac.toUpperCase(),
    'Acct-Session-Id': session.acct_session_id,
  })
  if (answer.result !== 'accept') {
    // A modem does not give up; it only waits longer after a refusal than after silence.
    port.due_ms = Date.now() + (answer.result === 'timeout' ? 10_000 : 240_000) * (0.75 + Math.random() / 2)
    return
  }
  const now_ms = Date.now()
  session.started_ms = session.counted_ms = now_ms
  session.ip = answer.packet.ip('Framed-IP-Address')
  Object.assign(session, ratesOf(answer.packet))
  port.session = session
  port.ends_ms = now_ms + waitFor(online_ms)
  // The first update comes soon, so that there is something to see; then each keeps its own rhythm.
  port.due_ms = Math.min(now_ms + 8_000 + Math.random() * router.interim_interval_s * 600, port.ends_ms)
  await client.account(sessionAttributes(router, session, 'Start', now_ms))
}

function plugIn(ports: Map<string, Port>, modem: Modem, first: boolean): void {
  const port = ports.get(modem.service_id)
  if (port) {
    port.modem = modem
    port.gone = false
    return
  }
  // At first two thirds come up within half a minute, the others in their time; a new subscriber tries at once.
  const soon = !first || Math.random() < share_online_at_first
  const due_ms = Date.now() + (soon ? Math.random() * (first ? 25_000 : 3_000) : waitFor(offline_ms))
  ports.set(modem.service_id, { modem, session: undefined, due_ms, ends_ms: 0, busy: false, gone: false })
}

/** Its service is active no more: the line goes down. */
function unplug(ports: Map<string, Port>, id: string, port: Port): void {
  if (!port.session && !port.busy) {
    ports.delete(id)
    return
  }
  port.gone = true
  port.due_ms = 0
}

/** Disconnect and CoA (RFC 5176): the session named by its id, or else by login. */
function answerCoa(
  ports: ReadonlyMap<string, Port>,
  request: DynamicAuthorizationRequest,
): DynamicAuthorizationDecision {
  const { packet } = request
  const acct_session_id = packet.string('Acct-Session-Id')
  const login = packet.string('User-Name')
  const port = [...ports.values()].find(
    ({ session, modem }) =>
      session && (acct_session_id ? session.acct_session_id === acct_session_id : modem.login === login),
  )
  if (!port?.session) return { error_cause: 'Session-Context-Not-Found' }
  if (request.kind === 'disconnect') {
    port.session.dropped_by = 'Admin-Reset'
    port.due_ms = port.ends_ms = Date.now() + 200
  } else {
    Object.assign(port.session, ratesOf(packet))
  }
  return 'ack'
}

async function listenForCoa(
  app: App,
  router: DemoRouter,
  on_request: (request: DynamicAuthorizationRequest) => DynamicAuthorizationDecision,
): Promise<DynamicAuthorizationServer> {
  const listen = (port: number) =>
    createDynamicAuthorizationServer({
      host: demo_nas_ip,
      port,
      secret: sharedSecret(router.radius_secret),
      on_request,
      on_error: (error) =>
        app.log.debug({ err: error }, 'the simulated router could not answer a CoA request'),
    })
  try {
    return await listen(router.coa_port)
  } catch {
    // Another installation's simulated router may have it; where there is no such address, this fails again.
    const elsewhere = await listen(0)
    await moveCoaPort(app, router, elsewhere.port)
    return elsewhere
  }
}

const routerAttributes = (router: DemoRouter, status: string) => ({
  'Acct-Status-Type': status,
  'NAS-IP-Address': demo_nas_ip,
  'NAS-Identifier': router.title,
  'Acct-Session-Id': '00000000',
  'Event-Timestamp': Math.floor(Date.now() / 1000),
})

/** Exponentially distributed, as independent comings and goings are; at least two minutes. */
const waitFor = (mean_ms: number): number => 120_000 - Math.log(1 - Math.random()) * mean_ms
