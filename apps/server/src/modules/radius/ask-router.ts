import { isIPv6 } from 'node:net'
import type { App } from '#kernel/app.ts'
import {
  createDynamicAuthorizationClient,
  type AttributeList,
  type DynamicAuthorizationClient,
  type DynamicAuthorizationTarget,
} from '@isp/radius'
import { coaCounter } from './metrics.ts'

export type Ask = {
  kind: 'coa' | 'disconnect'
  target: DynamicAuthorizationTarget
  attributes: AttributeList
}
export type Said = {
  kind: Ask['kind']
  result: 'ack' | 'nak' | 'timeout'
  error_cause: number | undefined
  sentence: string
}

/** Three transmissions within three seconds; a router that is away longer is asked again by a later job. */
const schedule_ms = [500, 1000, 1500]
/** A router that did not answer is not asked for the next of its sessions at once: thousands of them would each wait. */
const silence_ms = 8000

type Lines = {
  clients: Map<'ipv4' | 'ipv6', DynamicAuthorizationClient>
  silent_until_ms: Map<string, number>
  closed: boolean
}
const lines = new WeakMap<App, Lines>()

/** Sends a CoA-Request or Disconnect-Request (RFC 5176) and waits for its answer. */
export async function askRouter(app: App, { kind, target, attributes }: Ask): Promise<Said> {
  const client = clientFor(app, target.host)
  const outcome = await (kind === 'coa'
    ? client.changeOfAuthorization(target, attributes)
    : client.disconnect(target, attributes))
  coaCounter.inc({ kind, result: outcome.result })
  return {
    kind,
    result: outcome.result,
    error_cause: outcome.error_cause,
    sentence: sentenceOf(kind, target, outcome),
  }
}

export function markSilent(app: App, router_id: string): void {
  // wall clock: a router is silent in real time.
  linesOf(app).silent_until_ms.set(router_id, Date.now() + silence_ms)
}

export function isSilent(app: App, router_id: string): boolean {
  const { silent_until_ms } = linesOf(app)
  const until_ms = silent_until_ms.get(router_id)
  if (until_ms === undefined) return false
  // wall clock: a router is silent in real time.
  if (until_ms > Date.now()) return true
  silent_until_ms.delete(router_id)
  return false
}

export async function closeLines(app: App): Promise<void> {
  const open = linesOf(app)
  open.closed = true
  await Promise.all([...open.clients.values()].map((client) => client.close()))
}

function sentenceOf(
  kind: Ask['kind'],
  { host, port }: DynamicAuthorizationTarget,
  {
    result,
    error_cause,
    error_cause_name,
  }: { result: string; error_cause?: number; error_cause_name?: string },
): string {
  const name = kind === 'coa' ? 'CoA' : 'Disconnect'
  if (result === 'timeout') return `${host} did not answer the ${name} on UDP port ${port}.`
  if (result === 'nak')
    return `${host} refused the ${name}: ${error_cause_name ?? error_cause ?? 'without a reason'}.`
  return `${host} acknowledged the ${name}.`
}

function clientFor(app: App, host: string): DynamicAuthorizationClient {
  const { clients, closed } = linesOf(app)
  // The job that asked stays in the queue, and another process or the next start takes it up.
  if (closed) throw new Error('This process is stopping.')
  const family = isIPv6(host) ? 'ipv6' : 'ipv4'
  let client = clients.get(family)
  if (!client) clients.set(family, (client = createDynamicAuthorizationClient({ schedule_ms })))
  return client
}

function linesOf(app: App): Lines {
  let open = lines.get(app)
  if (!open) lines.set(app, (open = { clients: new Map(), silent_until_ms: new Map(), closed: false }))
  return open
}
