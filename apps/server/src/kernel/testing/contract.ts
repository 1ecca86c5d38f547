import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import type { Grant } from '../permissions.ts'
import { representations } from './representation.ts'
import { clientOf, type Client } from './isp.ts'

/**
 * What every noun promises, built in or an administrator's: one suite, applied to each. It speaks HTTP only, so it knows nothing of
 * how a noun is stored. `contract('customers', () => subject)`.
 */
export type Body = Record<string, unknown>
export type Subject = {
  isp: { server: FastifyInstance }
  admin: Client
  /** Administrator of another tenant in the same installation. */
  other: Client
  noun: string
  /** `/customers`, `/x/tower` */
  path: string
  /** The n-th of a series of bodies that differ; `by` is who will send it, where it needs rows that this actor may see. */
  valid(n: number, by: Client): Body | Promise<Body>
  change: Body
  /** What is refused, with the field and the code that must be named. */
  invalid: readonly (readonly [body: Body, field: string, code: string])[]
  filterBy: string
  sortBy: string
  /** `bearer`: seen by whoever sees the customer it hangs on. */
  scope: 'tenant' | 'partner' | 'bearer'
  /** Fields that refer to other rows, and an id of the other tenant for each. */
  foreign?: readonly (readonly [field: string, row_id: string])[]
}

type Row = Body & { id: string; version: number; created_at: string; updated_at: string }
type FieldMeta = {
  name: string
  kind: string
  required: boolean
  readonly: boolean
  nullable: boolean
  filterable: boolean
  sortable: boolean
  immutable: boolean
}
type NounMeta = {
  name: string
  path: string
  fields: FieldMeta[]
  title_field: string
  can: Record<string, boolean>
}

const nowhere = '01900000-0000-7000-8000-000000000000'

export function contract(name: string, prepare: () => Subject | Promise<Subject>): void {
  describe(`contract: ${name}`, () => {
    let s: Subject
    let noun: NounMeta
    let rows: Row[]
    let n = 0
    const fresh = async (by = s.admin) => s.valid(++n, by)
    const created = async (by = s.admin) => by.post<Row>(s.path, await fresh(by))
    const listed = async (by = s.admin, query = 'limit=500') =>
      (await by.get<{ data: Row[] }>(`${s.path}?${query}`)).data
    const ids = (list: readonly Row[]) => list.map((row) => row.id)
    const fieldNamed = (field: string) => noun.fields.find((candidate) => candidate.name === field)!
    const withGrants = (grants: Grant[], partner_id: string | null = null) =>
      clientWith(
        s,
        s.scope === 'bearer' ? [...grants, { noun: 'customer', actions: ['get'] }] : grants,
        partner_id,
      )

    beforeAll(async () => {
      s = await prepare()
      const meta = await s.admin.get<{ nouns: NounMeta[] }>('/meta')
      noun = meta.nouns.find((candidate) => candidate.name === s.noun)!
      rows = []
      for (let i = 0; i < 5; i++) rows.push(await created())
    })

    test('is described: meta and OpenAPI', async () => {
      expect(noun.path).toBe(`/api/v1${s.path}`)
      const openapi = await s.admin.get('/openapi.json')
      expect(openapi.paths[noun.path]).toHaveProperty('get')
      expect(openapi.paths[noun.path]).toHaveProperty('post')
      expect(Object.keys(openapi.components.schemas[s.noun].properties)).toEqual(
        expect.arrayContaining(noun.fields.map((field) => field.name)),
      )
    })

    test('create answers the row, get and list answer the same', async () => {
      const answer = await s.admin.call<Row>('POST', s.path, await fresh())
      expect(answer.status).toBe(201)
      expect(answer.body.version).toBe(1)
      const got = await s.admin.call<Row>('GET', `${s.path}/${answer.body.id}`)
      expect(got.headers.etag).toBe('"1"')
      expect(got.body).toEqual(answer.body)
      expect((await listed()).find((row) => row.id === answer.body.id)).toEqual(answer.body)
      expect(Object.keys(got.body).filter((key) => key !== 'custom')).toEqual(
        noun.fields.map((field) => field.name),
      )
    })

    test('every value has the form its kind promises', async () => {
      const digits = (await s.admin.get('/meta')).tenant.currency_digits as number
      for (const row of await listed()) {
        for (const field of noun.fields) {
          const value = row[field.name]
          if (value === null && field.nullable) continue
          expect(value, `${field.name} (${field.kind}) of ${row.id}`).toSatisfy(
            representations(digits)[field.kind]!,
          )
        }
      }
    })

    test('mistakes are refused by field, and nothing is created', async () => {
      const before = (await listed()).length
      for (const [body, field, code] of s.invalid) {
        const answer = await s.admin.call('POST', s.path, { ...(await fresh()), ...body })
        expect([answer.status, answer.body.code], JSON.stringify(answer.body)).toEqual([422, 'invalid'])
        expect(answer.body.errors).toContainEqual(expect.objectContaining({ field, code }))
      }
      for (const field of noun.fields.filter((candidate) => candidate.required)) {
        const { [field.name]: _, ...body } = await fresh()
        expect(errorsOf(await s.admin.call('POST', s.path, body))).toContain(`${field.name}:required`)
      }
      for (const field of ['id', 'version', 'created_at', 'tenant_id', 'no_such_field']) {
        expect((await s.admin.call('POST', s.path, { ...(await fresh()), [field]: 1 })).status).toBe(422)
      }
      expect((await s.admin.call('POST', s.path, '{"__proto__": {"x": 1}}')).status).toBe(400)
      expect((await s.admin.call('POST', s.path, `${'['.repeat(100_000)}`)).status).toBe(400)
      expect((await s.admin.call('POST', s.path, '[]')).status).toBe(400)
      expect((await listed()).length).toBe(before)
    })

    test('a list is filtered by a field', async () => {
      const value = rows[2]![s.filterBy]
      const text = encodeURIComponent(String(value))
      const equal = await listed(s.admin, `${s.filterBy}=${text}&limit=500`)
      expect(ids(equal)).toContain(rows[2]!.id)
      expect(equal.every((row) => row[s.filterBy] === value)).toBe(true)
      const all = await listed()
      expect(await listed(s.admin, `${s.filterBy}[ne]=${text}&limit=500`)).toEqual(
        all.filter((row) => row[s.filterBy] !== null && row[s.filterBy] !== value),
      )
      expect(await listed(s.admin, `${s.filterBy}[in]=${text}&limit=500`)).toEqual(equal)
      expect(await listed(s.admin, `${s.filterBy}[null]=true&limit=500`)).toEqual(
        all.filter((row) => row[s.filterBy] === null),
      )
      expect(errorsOf(await s.admin.call('GET', `${s.path}?no_such_field=1`))).toEqual([
        'no_such_field:unknown_filter',
      ])
      expect(errorsOf(await s.admin.call('GET', `${s.path}?${s.filterBy}[like]=1`))).toEqual([
        `${s.filterBy}:unknown_operator`,
      ])
      const unfilterable = noun.fields.find((field) => !field.filterable)
      if (unfilterable)
        expect(errorsOf(await s.admin.call('GET', `${s.path}?${unfilterable.name}=1`))).toEqual([
          `${unfilterable.name}:not_filterable`,
        ])
    })

    test('a list is sorted, and read page by page without loss or repetition', async () => {
      for (const sort of [s.sortBy, `-${s.sortBy}`]) {
        const whole = await listed(s.admin, `sort=${sort}&limit=500`)
        expect(whole.length).toBeGreaterThanOrEqual(5)
        const values = whole.filter((row) => ids(rows).includes(row.id)).map((row) => row[s.sortBy])
        expect(values).toEqual(
          values.toSorted(
            (a, b) => compare(fieldNamed(s.sortBy).kind, a, b) * (sort.startsWith('-') ? -1 : 1),
          ),
        )
        const paged: Row[] = []
        for (let cursor: string | null = ''; cursor !== null;) {
          const page: { data: Row[]; next_cursor: string | null } = await s.admin.get(
            `${s.path}?sort=${sort}&limit=2${cursor ? `&cursor=${cursor}` : ''}`,
          )
          paged.push(...page.data)
          cursor = page.next_cursor
        }
        expect(paged).toEqual(whole)
      }
      expect((await s.admin.get(`${s.path}?count=true&limit=1`)).total).toBe((await listed()).length)
    })

    test('bad cursors, limits and sorts are refused', async () => {
      const { next_cursor } = await s.admin.get<{ next_cursor: string }>(`${s.path}?sort=${s.sortBy}&limit=1`)
      const forged = (cursor: unknown) => Buffer.from(JSON.stringify(cursor)).toString('base64url')
      const bad = [
        'x',
        '!!',
        forged(null),
        forged({}),
        forged([s.sortBy, false, { a: 1 }, nowhere]),
        forged([s.sortBy, false, '1', "'; drop"]),
        forged(['version', false, '1', nowhere]),
      ]
      for (const cursor of bad) {
        const answer = await s.admin.call(
          'GET',
          `${s.path}?sort=${s.sortBy}&cursor=${encodeURIComponent(cursor)}`,
        )
        expect([answer.status, answer.body.code]).toEqual([400, 'bad_cursor'])
      }
      expect((await s.admin.call('GET', `${s.path}?sort=-${s.sortBy}&cursor=${next_cursor}`)).body.code).toBe(
        'bad_cursor',
      )
      for (const query of [
        'limit=0',
        'limit=501',
        'limit=x',
        'sort=no_such_field',
        'sort=version',
        'fields=no_such_field',
        'include=no_such_field',
        'limit=1&limit=2',
      ]) {
        expect((await s.admin.call('GET', `${s.path}?${query}`)).status, query).toBe(422)
      }
    })

    test('columns are chosen, references are named', async () => {
      const [row] = (await s.admin.get<{ data: Row[] }>(`${s.path}?fields=${noun.title_field}&limit=1`)).data
      expect(Object.keys(row!)).toEqual([...new Set(['id', noun.title_field])])
      for (const field of noun.fields.filter(
        (candidate) => candidate.kind === 'reference' && candidate.name !== 'id',
      )) {
        const page = await s.admin.get<{
          data: Row[]
          _refs: Record<string, { noun: string; title: string }>
        }>(`${s.path}?include=${field.name}&limit=500`)
        for (const row of page.data)
          if (row[field.name]) expect(page._refs[String(row[field.name])]?.title).toBeTypeOf('string')
      }
    })

    test('update changes what it names and counts the version', async () => {
      const before = rows[0]!
      const answer = await s.admin.call<Row>('PATCH', `${s.path}/${before.id}`, s.change, {
        'if-match': `"${before.version}"`,
      })
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      expect(answer.body).toEqual({
        ...before,
        ...s.change,
        version: before.version + 1,
        updated_at: answer.body.updated_at,
      })
      expect(await s.admin.get(`${s.path}/${before.id}`)).toEqual(answer.body)
      rows[0] = answer.body
    })

    test('a stale version is a conflict, and mistakes in an update are refused', async () => {
      const row = rows[0]!
      for (const [body, headers] of [
        [s.change, { 'if-match': `"${row.version - 1}"` }],
        [{ ...s.change, version: row.version - 1 }, {}],
      ] as const) {
        const answer = await s.admin.call('PATCH', `${s.path}/${row.id}`, body, headers)
        expect([answer.status, answer.body.code]).toEqual([409, 'version_conflict'])
      }
      expect(
        (await s.admin.call('PATCH', `${s.path}/${row.id}`, s.change, { 'if-match': 'x' })).body.code,
      ).toBe('bad_if_match')
      expect((await s.admin.call('PATCH', `${s.path}/${nowhere}`, s.change)).status).toBe(404)
      expect((await s.admin.call('PATCH', `${s.path}/x`, s.change)).status).toBe(404)
      for (const field of noun.fields.filter(
        (candidate) => candidate.readonly && candidate.name !== 'version',
      )) {
        expect(
          errorsOf(await s.admin.call('PATCH', `${s.path}/${row.id}`, { [field.name]: row[field.name] })),
        ).toEqual([`${field.name}:read_only`])
      }
      for (const field of noun.fields.filter((candidate) => candidate.immutable)) {
        expect(
          errorsOf(await s.admin.call('PATCH', `${s.path}/${row.id}`, { [field.name]: row[field.name] })),
        ).toEqual([`${field.name}:immutable`])
      }
      expect(await s.admin.get(`${s.path}/${row.id}`)).toEqual(row)
    })

    test('dry_run tells what would happen and leaves nothing', async () => {
      const before = await listed()
      const making = await s.admin.call('POST', s.path, { ...(await fresh()), dry_run: true })
      expect(making.body).toMatchObject({
        dry_run: true,
        result: { version: 1 },
        changes: [{ noun: s.noun, action: 'created' }],
        events: [{ type: `${s.noun}.created` }],
      })
      const changing = await s.admin.call('PATCH', `${s.path}/${rows[1]!.id}`, { ...s.change, dry_run: true })
      expect(changing.body).toMatchObject({
        dry_run: true,
        result: s.change,
        changes: [{ noun: s.noun, row_id: rows[1]!.id, action: 'updated' }],
      })
      expect(await listed()).toEqual(before)
      expect((await s.admin.get(`/audit_events?row_id=${making.body.result.id}`)).data).toEqual([])
    })

    test('bulk answers each row for itself', async () => {
      const bodies = [await fresh(), { no_such_field: 1 }, await fresh()]
      const making = await s.admin.call('POST', `${s.path}/bulk`, { operation: 'create', rows: bodies })
      expect(making.body, JSON.stringify(making.body)).toMatchObject({
        done: 2,
        failed: 1,
        data: [
          { index: 0, status: 'ok' },
          { index: 1, status: 'failed', error: { code: 'invalid' } },
          { index: 2, status: 'ok' },
        ],
      })
      const [first, , third] = making.body.data as { id: string }[]
      const [field, value] = await changeForMany()
      const changing = await s.admin.call('POST', `${s.path}/bulk`, {
        operation: 'update',
        ids: [first!.id, nowhere, third!.id],
        input: { [field]: value },
      })
      expect(changing.body).toMatchObject({
        done: 2,
        failed: 1,
        data: [{ status: 'ok' }, { status: 'failed', error: { code: 'not_found' } }, { status: 'ok' }],
      })
      expect((await s.admin.get(`${s.path}/${third!.id}`))[field]).toEqual(value)
      const rehearsed = await s.admin.call('POST', `${s.path}/bulk`, {
        operation: 'create',
        rows: [await fresh()],
        dry_run: true,
      })
      expect(rehearsed.body).toMatchObject({ done: 1 })
      expect((await s.admin.call('GET', `${s.path}/${rehearsed.body.data[0].id}`)).status).toBe(404)
      expect(
        (await s.admin.call('POST', `${s.path}/bulk`, { operation: 'no_such_verb', ids: [first!.id] })).body,
      ).toMatchObject({ done: 0, failed: 1 })
      expect((await s.admin.call('POST', `${s.path}/bulk`, { operation: 'update', ids: ['x'] })).status).toBe(
        422,
      )
    })

    /** One field of `change` that is not unique, so that two rows may have it. */
    async function changeForMany(): Promise<[string, unknown]> {
      const [a, b] = [await created(), await created()]
      for (const [field, value] of Object.entries(s.change)) {
        await s.admin.patch(`${s.path}/${a.id}`, { [field]: value }).catch(() => {})
        if ((await s.admin.call('PATCH', `${s.path}/${b.id}`, { [field]: value })).status === 200)
          return [field, value]
      }
      throw new Error('No field of `change` may be the same in two rows.')
    }

    test('a role forbids', async () => {
      const row = rows[1]!
      const reader = await withGrants([{ noun: s.noun, actions: ['list', 'get'] }])
      expect((await reader.call('GET', `${s.path}/${row.id}`)).status).toBe(200)
      const nobody = await withGrants([{ noun: 'user', actions: ['list'] }])
      const attempts = [
        [reader, 'POST', s.path, await fresh()],
        [reader, 'PATCH', `${s.path}/${row.id}`, s.change],
        [reader, 'POST', `${s.path}/bulk`, { operation: 'update', ids: [row.id], input: s.change }],
        [reader, 'POST', `${s.path}/bulk`, { operation: 'create', rows: [await fresh()] }],
        ...(noun.can.delete ? [[reader, 'DELETE', `${s.path}/${row.id}`, undefined]] : []),
        ...['', `/${row.id}`, `/${row.id}/history`, `/${row.id}/actions`, '/export', '/aggregate'].map(
          (tail) => [nobody, 'GET', `${s.path}${tail}`, undefined],
        ),
        [nobody, 'POST', s.path, { ...(await fresh()), dry_run: true }],
      ] as [Client, 'GET', string, Body | undefined][]
      for (const [client, method, path, body] of attempts) {
        const answer = await client.call(method, path, body)
        expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 403, 'forbidden'])
      }
      expect(
        (await nobody.get<{ nouns: NounMeta[] }>('/meta')).nouns.map((known) => known.name),
      ).not.toContain(s.noun)
      expect(Object.keys((await nobody.get('/openapi.json')).paths)).not.toContain(noun.path)
      const { nouns } = await reader.get<{ nouns: NounMeta[] }>('/meta')
      expect(nouns.find((known) => known.name === s.noun)!.can).toMatchObject({
        list: true,
        create: false,
        update: false,
        delete: false,
      })
      expect(await s.admin.get(`${s.path}/${row.id}`)).toEqual(row)
    })

    test('a hidden field is omitted and named, everywhere', async () => {
      const [changed] = Object.keys(s.change)
      for (const hidden of new Set([s.filterBy, s.sortBy, changed!])) {
        if (hidden === 'created_at') continue
        const blind = await withGrants([
          { noun: s.noun, actions: ['*'], hidden_fields: [hidden] },
          { noun: 'audit_event', actions: ['list'] },
        ])
        const row = await blind.get<Row>(`${s.path}/${rows[0]!.id}`)
        expect(row).not.toHaveProperty(hidden)
        expect(row._redacted).toEqual([hidden])
        for (const one of await listed(blind)) expect(one).not.toHaveProperty(hidden)
        expect((await blind.call('GET', `${s.path}?${hidden}=1`)).status).toBe(422)
        expect((await blind.call('GET', `${s.path}?sort=${hidden}`)).status).toBe(422)
        expect((await blind.call('GET', `${s.path}?fields=${hidden}`)).status).toBe(422)
        const [header] = String((await blind.call('GET', `${s.path}/export?format=csv`)).body).split('\r\n')
        expect(header!.replace('\u{feff}', '').split(',')).not.toContain(hidden)
        for (const line of linesOf(await blind.call('GET', `${s.path}/export?format=ndjson`)))
          expect(line).not.toHaveProperty(hidden)
        for (const entry of (
          await blind.get<{ data: { changes: Body }[] }>(`${s.path}/${rows[0]!.id}/history`)
        ).data)
          expect(entry.changes).not.toHaveProperty(hidden)
        for (const entry of (
          await blind.get<{ data: { changes: Body }[] }>(`/audit_events?row_id=${rows[0]!.id}`)
        ).data)
          expect(entry.changes).not.toHaveProperty(hidden)
        if (fieldNamed(hidden).readonly === false && !fieldNamed(hidden).immutable) {
          expect(
            errorsOf(await blind.call('PATCH', `${s.path}/${rows[1]!.id}`, { [hidden]: rows[1]![hidden] })),
          ).toEqual([`${hidden}:forbidden_field`])
        }
        const known = (await blind.get<{ nouns: NounMeta[] }>('/meta')).nouns.find(
          (candidate) => candidate.name === s.noun,
        )!
        expect(known.fields.map((field) => field.name)).not.toContain(hidden)
      }
    })

    test('a role shows only rows that match its filter', async () => {
      const wanted = rows[3]!
      const narrow = await withGrants([
        { noun: s.noun, actions: ['*'], rows: { [s.filterBy]: String(wanted[s.filterBy]) } },
      ])
      const all = await listed()
      expect(await listed(narrow)).toEqual(all.filter((row) => row[s.filterBy] === wanted[s.filterBy]))
      const unseen = all.find((row) => row[s.filterBy] !== wanted[s.filterBy])
      if (!unseen) return
      expect((await narrow.call('GET', `${s.path}/${unseen.id}`)).status).toBe(404)
      expect((await narrow.call('PATCH', `${s.path}/${unseen.id}`, s.change)).status).toBe(404)
      expect((await narrow.call('GET', `${s.path}/${unseen.id}/history`)).status).toBe(404)
    })

    test('another tenant sees nothing', async () => {
      const row = rows[1]!
      expect(ids(await listed(s.other).catch(() => []))).not.toContain(row.id)
      for (const [method, tail, body] of [
        ['GET', ''],
        ['GET', '/history'],
        ['GET', '/actions'],
        ['PATCH', '', s.change],
        ...(noun.can.delete ? [['DELETE', '']] : []),
      ] as ['GET', string, Body?][]) {
        const answer = await s.other.call(method, `${s.path}/${row.id}${tail}`, body)
        expect([method, tail, answer.status]).toEqual([method, tail, 404])
      }
      const many = await s.other.call('POST', `${s.path}/bulk`, {
        operation: 'update',
        ids: [row.id],
        input: s.change,
      })
      if (many.status === 200) expect(many.body).toMatchObject({ done: 0, failed: 1 })
      else expect(many.status).toBe(404)
      expect((await s.other.get(`/audit_events?row_id=${row.id}`)).data).toEqual([])
      expect((await s.other.get(`/events?row_id=${row.id}`)).data).toEqual([])
      for (const [field, row_id] of s.foreign ?? []) {
        const value = fieldNamed(field).kind === 'references' ? [row_id] : row_id
        const answer = await s.admin.call('POST', s.path, { ...(await fresh()), [field]: value })
        expect(answer.status, `${field} of another tenant: ${JSON.stringify(answer.body)}`).toBe(422)
      }
      expect(await s.admin.get(`${s.path}/${row.id}`)).toEqual(row)
    })

    test('another partner sees nothing of what partners own, and all of what the ISP shares', async () => {
      if (s.scope !== 'partner' && s.scope !== 'bearer') {
        const partner = await s.admin.post('/partners', { name: `${name} reader` })
        const reader = await withGrants([{ noun: '*', actions: ['*'] }], partner.id)
        const shared = await created()
        expect(ids(await listed(reader)).includes(shared.id)).toBe(s.scope === 'tenant')
        return
      }
      const [ours, theirs] = [
        await s.admin.post('/partners', { name: `${name} ours` }),
        await s.admin.post('/partners', { name: `${name} theirs` }),
      ]
      const everything: Grant[] = [{ noun: '*', actions: ['*'] }]
      const [us, them] = [await withGrants(everything, ours.id), await withGrants(everything, theirs.id)]
      const row = await created(us)
      expect(ids(await listed(us))).toContain(row.id)
      expect(ids(await listed(them))).not.toContain(row.id)
      expect(String((await them.call('GET', `${s.path}/export?format=ndjson`)).body)).not.toContain(row.id)
      expect((await us.get(`${s.path}/aggregate`)).data[0].count).toBe((await listed(us)).length)
      expect((await them.get(`${s.path}/aggregate`)).data[0].count).toBe((await listed(them)).length)
      for (const [method, tail, body] of [
        ['GET', ''],
        ['GET', '/history'],
        ['GET', '/actions'],
        ['PATCH', '', s.change],
        ...(noun.can.delete ? [['DELETE', '']] : []),
      ] as ['GET', string, Body?][]) {
        expect([tail, (await them.call(method, `${s.path}/${row.id}${tail}`, body)).status]).toEqual([
          tail,
          404,
        ])
      }
      expect(
        (await them.call('POST', `${s.path}/bulk`, { operation: 'update', ids: [row.id], input: s.change }))
          .body,
      ).toMatchObject({ done: 0, failed: 1 })
      expect((await them.get(`/audit_events?row_id=${row.id}`)).data).toEqual([])
      expect((await them.get(`/events?row_id=${row.id}`)).data).toEqual([])
      // Whoever stands above sees it.
      expect((await s.admin.get<Row>(`${s.path}/${row.id}`)).id).toBe(row.id)
      expect(await us.get(`${s.path}/${row.id}`)).toEqual(row)
    })

    test('each change leaves an audit row and an event', async () => {
      const row = await created()
      await s.admin.patch(`${s.path}/${row.id}`, s.change)
      const { data: history } = await s.admin.get<{
        data: { action: string; changes: Record<string, [unknown, unknown]>; actor: Body; at: string }[]
      }>(`${s.path}/${row.id}/history`)
      expect(history.map((entry) => entry.action)).toEqual(['updated', 'created'])
      expect(history[0]!.actor).toMatchObject({ kind: 'api_key', name: expect.any(String) })
      for (const [field, value] of Object.entries(s.change)) {
        if (fieldNamed(field).kind !== 'secret')
          expect(history[0]!.changes[field]).toEqual([row[field], value])
      }
      expect(history[1]!.changes[noun.title_field]).toEqual([null, row[noun.title_field]])
      const { data: events } = await s.admin.get<{ data: { type: string; noun: string }[] }>(
        `/events?row_id=${row.id}`,
      )
      expect(events.map((event) => event.type)).toEqual([`${s.noun}.updated`, `${s.noun}.created`])
      const page = await s.admin.get(`${s.path}/${row.id}/history?limit=1`)
      expect(
        (await s.admin.get(`${s.path}/${row.id}/history?limit=1&cursor=${page.next_cursor}`)).data[0].action,
      ).toBe('created')
    })

    test('figures are taken over exactly the rows of the list', async () => {
      type Figures = { data: (Body & { count: number; sum: Body; min: Body; max: Body })[] }
      const all = await listed()
      const whole = await s.admin.get<Figures>(`${s.path}/aggregate`)
      expect(whole.data).toEqual([{ count: all.length, sum: {}, min: {}, max: {} }])
      const { data } = await s.admin.get<Figures>(`${s.path}/aggregate?group=${s.filterBy}`)
      const counted = new Map(data.map((row) => [row[s.filterBy], row.count]))
      const expected = Map.groupBy(all, (row) => row[s.filterBy])
      expect(counted).toEqual(new Map([...expected].map(([value, group]) => [value, group.length])))
      const one = rows[2]![s.filterBy]
      const some = await s.admin.get<Figures>(
        `${s.path}/aggregate?${s.filterBy}=${encodeURIComponent(String(one))}`,
      )
      expect(some.data[0]!.count).toBe(expected.get(one)!.length)
      const cents = (row: Body, field: string) => Math.round(Number(row[field] ?? 0) * 100)
      for (const { name: field } of noun.fields.filter((candidate) => candidate.kind === 'money')) {
        const { data } = await s.admin.get<Figures>(`${s.path}/aggregate?sum=${field}&max=${field}`)
        expect(cents(data[0]!.sum, field)).toBe(all.reduce((sum, row) => sum + cents(row, field), 0))
        const known = all.filter((row) => row[field] !== null).map((row) => cents(row, field))
        expect(known.length === 0 ? null : cents(data[0]!.max, field)).toBe(
          known.length === 0 ? null : Math.max(...known),
        )
      }
      for (const query of [
        'sum=no_such_field',
        `sum=${noun.title_field}`,
        'group=version',
        'no_such_field=1',
      ])
        expect((await s.admin.call('GET', `${s.path}/aggregate?${query}`)).status, query).toBe(422)
      const blind = await withGrants([{ noun: s.noun, actions: ['*'], hidden_fields: [s.filterBy] }])
      for (const parameter of ['group', 'min', 'sum'])
        expect(errorsOf(await blind.call('GET', `${s.path}/aggregate?${parameter}=${s.filterBy}`))).toEqual(
          s.filterBy === 'created_at' ? expect.anything() : [`${parameter}:unknown_field`],
        )
      const narrow = await withGrants([{ noun: s.noun, actions: ['*'], rows: { [s.filterBy]: String(one) } }])
      expect((await narrow.get<Figures>(`${s.path}/aggregate`)).data[0]!.count).toBe(
        expected.get(one)!.length,
      )
    })

    test('an export is the list', async () => {
      const list = await listed()
      expect(linesOf(await s.admin.call('GET', `${s.path}/export?format=ndjson`))).toEqual(list)
      const csv = parse(String((await s.admin.call('GET', `${s.path}/export?format=csv`)).body), {
        bom: true,
        columns: true,
      }) as Record<string, string>[]
      // A cell that a spreadsheet would take for a formula has an apostrophe before it.
      const defused = (text: string) => (/^[=@\t\r]/.test(text) ? `'${text}` : text)
      const cell = (value: unknown) =>
        value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : defused(String(value))
      expect(csv.map((row) => noun.fields.map((field) => row[field.name]))).toEqual(
        list.map((row) => noun.fields.map((field) => cell(row[field.name]))),
      )
      const some = `${s.filterBy}=${encodeURIComponent(String(rows[2]![s.filterBy]))}`
      const filtered = linesOf(await s.admin.call('GET', `${s.path}/export?format=ndjson&${some}`))
      expect(filtered).toEqual(await listed(s.admin, `${some}&limit=500`))
      expect((await s.admin.call('GET', `${s.path}/export?format=xml`)).status).toBe(422)
    })

    test('the same Idempotency-Key happens once', async () => {
      const body = await fresh()
      const headers = { 'idempotency-key': `${name}-${Math.random()}`.replaceAll(' ', '-') }
      const first = await s.admin.call<Row>('POST', s.path, body, headers)
      const before = await listed()
      const second = await s.admin.call<Row>('POST', s.path, body, headers)
      expect([second.status, second.body, second.headers['idempotency-replayed']]).toEqual([
        201,
        first.body,
        'true',
      ])
      expect(await listed()).toEqual(before)
      const other = await s.admin.call('POST', s.path, { ...body, no_such_field: 1 }, headers)
      expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
    })

    test('delete removes the row and records it, or is not offered', async () => {
      const row = await created()
      const answer = await s.admin.call('DELETE', `${s.path}/${row.id}`)
      if (!noun.can.delete) return expect([answer.status, answer.body.code]).toEqual([405, 'not_offered'])
      expect(answer.status).toBe(204)
      expect((await s.admin.call('GET', `${s.path}/${row.id}`)).status).toBe(404)
      expect((await s.admin.call('DELETE', `${s.path}/${row.id}`)).status).toBe(404)
      expect((await s.admin.get(`/audit_events?row_id=${row.id}`)).data[0].action).toBe('deleted')
      expect((await s.admin.get(`/events?row_id=${row.id}`)).data[0].type).toBe(`${s.noun}.deleted`)
    })
  })
}

const errorsOf = (answer: { body: Body }) =>
  ((answer.body.errors ?? []) as { field: string; code: string }[]).map(
    (error) => `${error.field}:${error.code}`,
  )

const linesOf = (answer: { body: unknown }): Row[] =>
  String(answer.body)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

const numeric = new Set(['money', 'decimal', 'percent', 'integer', 'bytes', 'kbps'])
function compare(kind: string, a: unknown, b: unknown): number {
  if (numeric.has(kind)) return Number(a) - Number(b)
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

/** Somebody of the same tenant with a role of exactly these grants, made through the API like any other. */
export async function clientWith(
  s: Pick<Subject, 'isp' | 'admin'>,
  grants: Grant[],
  partner_id: string | null = null,
): Promise<Client> {
  const role = await s.admin.post('/roles', {
    name: `contract ${Math.random().toString(36).slice(2)}`,
    grants,
  })
  const key = await s.admin.post('/api_keys', {
    name: 'contract',
    role_ids: [role.id],
    ...(partner_id ? { partner_id } : {}),
  })
  return clientOf(s.isp, s.admin.tenant_id, key.token)
}
