import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modules } from '../apps/server/src/modules.ts'
import {
  badBodies,
  badIds,
  badQueries,
  badTexts,
  badValues,
  idFor,
  plausible,
  type Schema,
} from './sweep/hostile.ts'
import { watchTables } from './sweep/snapshot.ts'
import { settle, type World } from './sweep/world.ts'
import { newTenant, startIsp, type Client, type TestIsp } from './isp.ts'

/**
 * Every operation of openapi.json, asked by somebody who means harm or does not know better. Whatever is sent, the answer is a problem
 * with a code and a sentence or a legitimate success, another ISP's rows stay out of sight, and nothing is changed.
 * SWEEP=all sends every value to every field; otherwise each field gets some of them, and all of them somewhere.
 */
type Method = 'get' | 'post' | 'patch' | 'delete'
type Described = {
  parameters?: { $ref?: string; name?: string; in?: string }[]
  requestBody?: { content: Record<string, { schema?: Schema }> }
}
type Operation = { method: Method; path: string; described: Described }

const all = process.env.SWEEP === 'all'
let isp: TestIsp
let admin: Client
let tables: Awaited<ReturnType<typeof watchTables>>
let own: World
let theirs: World
let other: Client
let operations: Operation[]
let schemas: Record<string, Schema>
let parameters: Record<string, { name: string; in: string }>
/** So that fields next to each other get other values. */
let turn = 0

beforeAll(async () => {
  isp = await startIsp()
  admin = await newTenant(isp)
  other = await newTenant(isp)
  own = await settle(isp, admin, 'Mine')
  theirs = await settle(isp, other, 'Zebra')
  tables = await watchTables(isp)
  const document = await admin.get('/openapi.json')
  ;({ schemas, parameters } = document.components)
  operations = Object.entries<Record<Method, Described>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ method: method as Method, path, described })),
  )
  // A stream is not answered before it ends; guesses at passwords are slowed down, as they should be.
  operations = operations.filter(({ path }) => !/\/(stream|sign_in|sign_out)$/.test(path))
})
afterAll(async () => {
  await tables?.end()
  await isp?.stop()
})

test('every route is described', async () => {
  const described = new Set(operations.map(({ method, path }) => `${method} ${path}`))
  const missing: string[] = []
  const server = Fastify({ exposeHeadRoutes: false })
  server.addHook('onRoute', ({ method, url }) => {
    const path = url.replaceAll(/:(\w+)/g, '{$1}')
    for (const verb of [method].flat().map((name) => name.toLowerCase()))
      if (verb !== 'head' && !/\/sign_(in|out)$/.test(path) && !described.has(`${verb} ${path}`))
        missing.push(`${verb} ${path}`)
  })
  for (const module of modules) module.routes?.(server, isp.app)
  await server.ready()
  expect(missing).toEqual([])
})

test('ids of nobody, of somebody else, and what is no id at all are not found', () =>
  leavesNothing(async (complaints) => {
    for (const { method, path } of operations.filter(({ path }) => path.includes('{'))) {
      const asked = method === 'get' || method === 'delete' ? undefined : {}
      for (const id of [idOf(path, theirs), ...upTo(4, badIds)]) {
        const answer = await ask(complaints, method, filled(path, id), asked)
        if (answer.status < 400 && path.includes('{id}'))
          complaints.push(`${method} ${filled(path, id)} answered ${answer.status}`)
      }
    }
  }))

test('queries of every kind of nonsense are refused or answered', { timeout: 1_200_000 }, () =>
  leavesNothing(async (complaints) => {
    for (const { path, described } of operations.filter(({ method }) => method === 'get')) {
      const url = filled(path, idOf(path, own))
      const queries = [...upTo(3, badQueries)]
      for (const name of queryParameters(described)) {
        if (name.endsWith('id')) queries.push(`${name}=${idFor(name, theirs)}`)
        for (const text of upTo(1, badTexts))
          for (const operator of upTo(1, ['', ...operators])) queries.push(`${name}${operator}=${text}`)
      }
      await Promise.all(queries.map((query) => ask(complaints, 'get', `${url}?${query}`)))
    }
  }),
)

test('bodies that are none, and headers that lie, are refused', () =>
  leavesNothing(async (complaints) => {
    const headers: Record<string, string>[] = [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-16' },
      { 'content-type': 'multipart/form-data; boundary=' },
      { 'idempotency-key': 'ł' },
      { 'acting-partner': theirs.get('partners')! },
    ]
    for (const { method, path } of operations.filter(takesBody)) {
      const url = filled(path, idOf(path, own))
      for (const body of upTo(5, badBodies)) {
        const answer = await ask(complaints, method, url, body, { 'idempotency-key': `sweep-${++turn}` })
        if (answer.status < 400) complaints.push(`${method} ${url} took ${String(body).slice(0, 60)}`)
      }
      for (const lie of headers) await ask(complaints, method, url, '{"dry_run":true,"no_such_field":1}', lie)
      if (method === 'patch') await ask(complaints, method, url, '{"dry_run":true}', { 'if-match': 'W/"x"' })
    }
  }))

test('every field of every body takes what is no value of it without harm', { timeout: 1_200_000 }, () =>
  leavesNothing(async (complaints) => {
    for (const operation of operations.filter(takesBody)) {
      const { method, path } = operation
      const schema = bodyOf(operation)
      if (!schema?.properties) continue
      const url = filled(path, idOf(path, own))
      const send = (field: string, json: string) =>
        ask(complaints, method, url, bodyWith(schema, field, json), { 'idempotency-key': `sweep-${++turn}` })
      for (const [field, kind] of Object.entries(schema.properties)) {
        for (const json of upTo(2, badValues)) await send(field, json)
        if (!refersTo(kind)) continue
        const stranger = JSON.stringify(idFor(field, theirs))
        const answer = await send(field, kind.items ? `[${stranger}]` : stranger)
        if (answer.status < 400) complaints.push(`${method} ${url} took ${field} of another ISP`)
      }
    }
  }),
)

/** Runs `work`, and sees that no row of either ISP is another one afterwards. */
async function leavesNothing(work: (complaints: string[]) => Promise<void>): Promise<void> {
  const states = async () => [await tables.of(admin.tenant_id), await tables.of(other.tenant_id)]
  const before = await states()
  const complaints: string[] = []
  await work(complaints)
  expect(complaints).toEqual([])
  const after = await states()
  const changed = Object.keys(before[0]!).filter((table) =>
    [0, 1].some((n) => before[n]![table] !== after[n]![table]),
  )
  expect(changed).toEqual([])
  // Or else everything above was only refused a key that is none.
  expect((await admin.call('GET', '/me')).status).toBe(200)
}

async function ask(
  complaints: string[],
  method: Method,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const answer = await isp.server.inject({
    method: method.toUpperCase() as 'GET',
    url,
    headers: {
      authorization: `Bearer ${admin.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
  })
  const told = `${method} ${url.slice(0, 200)} ${String(body ?? '').slice(0, 300)} → ${answer.statusCode}`
  if (answer.statusCode >= 500) complaints.push(`${told} ${answer.body.slice(0, 300)}`)
  else if (answer.statusCode >= 400 && !isProblem(answer))
    complaints.push(`${told} is no problem: ${answer.body.slice(0, 200)}`)
  if (answer.statusCode < 400 && answer.body.includes('Zebra'))
    complaints.push(`${told} shows another ISP’s row`)
  return { status: answer.statusCode }
}

function isProblem(answer: { headers: Record<string, unknown>; body: string }): boolean {
  if (!String(answer.headers['content-type']).startsWith('application/problem+json')) return false
  const { code, detail, status } = JSON.parse(answer.body) as Record<string, unknown>
  return (
    /^[a-z][a-z0-9_]+$/.test(String(code)) && /^\S+ \S+ \S/.test(String(detail)) && typeof status === 'number'
  )
}

const takesBody = ({ method }: Operation) => method === 'post' || method === 'patch'
const pluralOf = (path: string) => path.match(/^\/api\/v1\/((?:x\/)?\w+)/)![1]!
const idOf = (path: string, rows: World) => rows.get(pluralOf(path)) ?? rows.get('customers')!
const filled = (path: string, id: string) => path.replaceAll(/\{\w+\}/g, id)
const operators = ['ne', 'lt', 'lte', 'gt', 'gte', 'in', 'nin', 'null', 'starts', 'nope', '__proto__'].map(
  (name) => `[${name}]`,
)

/** All of them, or the next few. */
const upTo = <T>(few: number, of: readonly T[]): readonly T[] =>
  all ? of : Array.from({ length: few }, () => of[++turn % of.length]!)

function queryParameters({ parameters: listed = [] }: Described): string[] {
  return listed
    .map((given) => (given.$ref ? parameters[given.$ref.split('/').at(-1)!]! : given))
    .filter((given) => given.in === 'query')
    .map((given) => given.name!)
}

function bodyOf({ described }: Operation): Schema | undefined {
  const schema = described.requestBody?.content['application/json']?.schema
  return schema?.$ref ? schemas[schema.$ref.split('/').at(-1)!] : schema
}

/** A body that would do but for one field, and does nothing if it does. */
function bodyWith(schema: Schema, field: string, json: string): string {
  const rest = Object.entries({ ...plausible(schema, own), dry_run: true }).filter(([name]) => name !== field)
  const members = rest.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  return `{${[...members, `${JSON.stringify(field)}:${json}`].join(',')}}`
}

const refersTo = (schema: Schema): boolean =>
  schema.format === 'uuid' || (schema.items !== undefined && schema.items.format === 'uuid')
