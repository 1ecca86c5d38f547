import { actFor, actingPartner } from './acting.ts'

/** One refused field of a {@link Problem}: `field` as sent, `detail` a sentence for the person. */
export type FieldError = { field: string; code: string; detail: string }

/** A refusal of the server (RFC 9457). `code` is stable, `detail` is a sentence that may be shown as it is. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly errors: FieldError[]
  readonly request_id: string | null

  constructor(
    status: number,
    body: { code?: string; detail?: string; title?: string; errors?: FieldError[]; request_id?: string },
  ) {
    super(body.detail ?? body.title ?? `The server answered ${status}.`)
    this.status = status
    this.code = body.code ?? `http_${status}`
    this.detail = this.message
    this.errors = body.errors ?? []
    this.request_id = body.request_id ?? null
  }
}

export type Query = Record<string, string | number | boolean | undefined | null>

type Options = {
  query?: Query
  body?: unknown
  /** Sent as `If-Match`, so that a change over somebody else's change is refused (409 `version_conflict`). */
  version?: number
  /** The same key sent twice does the thing once. */
  idempotency_key?: string
  signal?: AbortSignal
  /** Asks as oneself also while acting within a partner. */
  as_oneself?: boolean
}

/** `/customers` → `/api/v1/customers?…`; a path that already names the API, as in meta, stays as it is. */
export function apiPath(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const base = path.startsWith('/api/') ? path : `/api/v1${path}`
  return search.size > 0 ? `${base}?${search}` : base
}

/** An address that the browser itself opens (a file, a stream), where no header can say within which partner. */
export function apiLink(path: string, query: Query = {}): string {
  return apiPath(path, { ...query, acting_partner: actingPartner() })
}

async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`
  if (options.idempotency_key !== undefined) headers['idempotency-key'] = options.idempotency_key
  const acting = options.as_oneself ? null : actingPartner()
  if (acting !== null) headers['acting-partner'] = acting
  let body: BodyInit | undefined
  if (options.body instanceof Blob) {
    body = options.body
    headers['content-type'] = options.body.type
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body)
    headers['content-type'] = 'application/json'
  }
  const response = await fetch(apiPath(path, options.query), {
    method,
    headers,
    body: body ?? null,
    signal: options.signal ?? null,
    credentials: 'same-origin',
  }).catch((error: unknown) => {
    if (options.signal?.aborted) throw error
    throw new Problem(0, { code: 'unreachable', detail: unreachable })
  })
  const text = await response.text()
  if (!response.ok) {
    const problem = new Problem(response.status, parseJson(text) ?? { title: response.statusText })
    // The partner is gone, or not below this person any more.
    if (acting !== null && problem.code === 'not_your_partner') actFor(null)
    throw problem
  }
  // The server validates what it sends against the noun's schema; repeating that here would double the contract.
  return (text === '' ? null : JSON.parse(text)) as T
}

function parseJson(text: string): Record<string, never> | null {
  try {
    return JSON.parse(text)
  } catch {
    return null // A proxy's HTML error page, for one.
  }
}

export const api = {
  get: <T>(path: string, options?: Options) => request<T>('GET', path, options),
  post: <T>(path: string, body: unknown, options?: Options) => request<T>('POST', path, { ...options, body }),
  patch: <T>(path: string, body: unknown, options?: Options) =>
    request<T>('PATCH', path, { ...options, body }),
  delete: (path: string, options?: Options) => request<null>('DELETE', path, options),
}

/** A key for one form: sent twice, it acts once. `crypto.randomUUID` is missing on plain HTTP, so bytes it is. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const unreachable = 'The server does not answer. Check the connection, then try again.'

/** Neither the API nor, in whichever words the browser has for it, a screen's file could be fetched. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof Problem) return error.status === 0
  return error instanceof Error && /imported module|importing a module|preload CSS/i.test(error.message)
}

/** A sentence for any thrown thing. */
export function sentenceOf(error: unknown): string {
  if (isUnreachable(error)) return unreachable
  return error instanceof Error ? error.message : String(error)
}

export type Row = { id: string; version?: number; _refs?: Refs } & Record<string, unknown>
export type Refs = Record<string, { noun: string; title: string; number?: string | null }>
export type Page<T> = {
  data: T[]
  next_cursor: string | null
  total?: number
  total_at_least?: number
  _refs?: Refs
}

/** What a `dry_run` answers: everything the command would have done, nothing of it stored. */
export type DryRun = {
  dry_run: true
  result: unknown
  changes: { noun: string; row_id: string; action: string; changes: Record<string, [unknown, unknown]> }[]
  events: { type: string; noun: string; row_id: string; data: unknown }[]
  jobs: ({ task?: string } & Record<string, unknown>)[]
}
