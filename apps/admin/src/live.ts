import { queryClient } from './query-client.ts'
import { apiLink } from './api.ts'

/**
 * A query says in its meta what it shows: `meta: {live: ['customer', 'invoice'], rest_ms: 5000}`. When something of these nouns was
 * committed it is read again, at most once in `rest_ms`.
 */
declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { live?: readonly string[]; rest_ms?: number }
  }
}

const unattended_ms = 10 * 60_000
const again_ms = 30_000
const gather_ms = 300
/** A list scrolled further than this stays as it is: to read it all again costs more than it tells. */
const mostPages = 3

/** What a person at the keyboard does. */
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const

let source: EventSource | undefined
let last_id = ''
let seen_ms = Date.now()
let gathering: number | undefined
const changed = new Set<string>()
const waiting = new Map<string, number>()

/** For what has no events: asks every so often while somebody is there. */
export const whileAttended = (every_ms: number) => () => (isAttended() ? every_ms : false)

const isAttended = () => !document.hidden && Date.now() - seen_ms < unattended_ms

/**
 * Keeps one stream of committed events open while this window is looked at. Hidden, or without a key pressed for ten minutes, it is
 * closed: a browser has six connections for all its windows, and a stream would keep an abandoned sign-in alive. Whoever comes back
 * is told what happened meanwhile.
 */
export function startLive(): () => void {
  const attend = () => {
    seen_ms = Date.now()
    open()
  }
  const look = () => (document.hidden ? close() : attend())
  for (const sign of signs) window.addEventListener(sign, attend, { passive: true })
  document.addEventListener('visibilitychange', look)
  const timer = setInterval(() => !isAttended() && close(), again_ms)
  look()
  return () => {
    for (const sign of signs) window.removeEventListener(sign, attend)
    document.removeEventListener('visibilitychange', look)
    clearInterval(timer)
    close()
  }
}

function open(): void {
  if (source) return
  source = new EventSource(apiLink('/stream', { last_event_id: last_id }))
  const told = (event: MessageEvent<string>) => {
    last_id = event.lastEventId
    const { noun } = JSON.parse(event.data) as { noun?: string }
    if (noun) happened(noun)
  }
  source.addEventListener('message', told)
  source.addEventListener('moved', told)
  source.addEventListener('ready', told)
  source.addEventListener('reset', (event: MessageEvent<string>) => {
    last_id = event.lastEventId
    readAll()
  })
  source.addEventListener('error', () => {
    // After a break the browser tries again by itself. After a refusal it does not: then it is asked, and tried, now and then.
    if (source?.readyState !== EventSource.CLOSED) return
    close()
    last_id = ''
    setTimeout(() => {
      if (!isAttended() || source) return
      readAll()
      open()
    }, again_ms)
  })
}

function close(): void {
  source?.close()
  source = undefined
}

function happened(noun: string): void {
  changed.add(noun)
  gathering ??= window.setTimeout(() => {
    gathering = undefined
    readAgain((live) => live.some((name) => changed.has(name)))
    changed.clear()
  }, gather_ms)
}

const readAll = () => readAgain(() => true)

function readAgain(concerns: (live: readonly string[]) => boolean): void {
  for (const query of queryClient.getQueryCache().getAll()) {
    const { live, rest_ms = 2000 } = query.meta ?? {}
    if (!live || !concerns(live) || pagesOf(query.state.data) > mostPages || waiting.has(query.queryHash))
      continue
    const rested_ms = Date.now() - query.state.dataUpdatedAt
    const timer = window.setTimeout(
      () => {
        waiting.delete(query.queryHash)
        // One that nobody looks at is only marked, and read when it is looked at again.
        void queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true })
      },
      Math.max(0, rest_ms - rested_ms),
    )
    waiting.set(query.queryHash, timer)
  }
}

function pagesOf(data: unknown): number {
  const pages = typeof data === 'object' && data !== null && 'pages' in data ? data.pages : []
  return Array.isArray(pages) ? pages.length : 0
}
