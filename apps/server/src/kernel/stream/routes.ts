import type { FastifyInstance, FastifyReply } from 'fastify'
import type { App } from '../app.ts'
import { mustBeCurrent, reading } from '../ctx.ts'
import { freshly, originOf, principalAgain } from '../http.ts'
import { invalidField, Refused } from '../refused.ts'
import { queryOf } from '../rest.ts'
import { createHub, keepAlive, type Hub } from './hub.ts'
import { parsePosition } from './position.ts'
import { createWatcher } from './watcher.ts'

const mostOfOneActor = 20
const mostTogether = 5000

/**
 * `GET /api/v1/stream`: server-sent events, see docs/introduction.ts. Refuses 429 `too_many_streams` past 20 of one actor, and 5,000
 * in one process. Answers the hub, which may be woken when this process has committed something.
 */
export function mountStream(server: FastifyInstance, app: App): Pick<Hub, 'wake'> {
  const hub = createHub(app)
  server.addHook('preClose', () => hub.stop())
  server.get('/api/v1/stream', { exposeHeadRoute: false }, async (request, reply) => {
    const query = queryOf(request)
    const from = parsePosition(String(request.headers['last-event-id'] ?? query.last_event_id ?? ''))
    const { principal, nouns } = await freshly(app, request, reply, async (principal) => {
      const ctx = await reading(app, principal, originOf(request))
      await mustBeCurrent(ctx)
      return {
        principal,
        nouns: nounsWanted(query.nouns, (name) => app.nouns.byName(ctx, name) !== undefined),
      }
    })
    mustHaveRoom(hub, principal.actor.id)
    reply.hijack()
    const { raw } = reply
    raw.socket?.setNoDelay(true)
    raw.writeHead(200, {
      ...headersOf(reply.getHeaders()),
      'content-type': 'text/event-stream; charset=utf-8',
      // A proxy that gathers or packs what passes would keep it from its reader.
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    raw.write('retry: 2000\n\n')
    const watcher = createWatcher(app, {
      principal,
      nouns,
      raw,
      again: () => principalAgain(app, request),
    })
    const still = keepAlive(watcher)
    raw.on('close', () => {
      still()
      hub.remove(watcher)
    })
    await hub.add(watcher, from).catch((error: unknown) => {
      app.log.warn({ err: error }, 'a stream could not begin')
      raw.destroy()
    })
  })
  return hub
}

function nounsWanted(list: string | undefined, known: (name: string) => boolean): ReadonlySet<string> | null {
  if (list === undefined) return null
  const names = new Set(list.split(','))
  for (const name of names)
    if (!known(name)) throw invalidField('nouns', 'no_such_noun', `There is no noun “${name}”.`)
  return names
}

function mustHaveRoom(hub: Hub, actor_id: string | null): void {
  if (hub.countOf(actor_id) < mostOfOneActor && hub.size() < mostTogether) return
  throw new Refused(
    429,
    'too_many_streams',
    'Too many streams are open. Close one, or try again in a few seconds.',
    { headers: { 'retry-after': '10' } },
  )
}

const headersOf = (headers: ReturnType<FastifyReply['getHeaders']>) =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >
