import { afterAll, beforeAll, expect, test } from 'vitest'
import { madeAtRunTime, problemCodes, readCodes } from '#kernel/docs/problem-codes.ts'
import { newTenant, startIsp, type Client, type TestIsp } from '../isp.ts'

let isp: TestIsp
let admin: Client
beforeAll(async () => {
  isp = await startIsp({ ISP_ROLES: 'api' })
  admin = await newTenant(isp)
})
afterAll(() => isp?.stop())

test('every code of a refusal is read from the source; who makes one at run time is known', () => {
  const unknown = problemCodes().unread.filter(
    (site) => !Object.keys(madeAtRunTime).some((expression) => site.includes(expression)),
  )
  expect(unknown).toEqual([])
  expect(problemCodes().problems.length).toBeGreaterThan(50)
  // The rule fires: a code that nobody can read from the source is named.
  const fixture = "throw new Refused(409, codeOf(row), 'Sentence.')"
  expect(readCodes([{ path: 'x.ts', text: fixture }]).unread).toHaveLength(1)
  expect(
    readCodes([
      {
        path: 'x.ts',
        text: "throw new Refused(\n409,\n'too_old',\n`It is ${n > 1 ? `${n} days` : 'a day'} old.`)\ninvalidField('at', 'bad', 'Say when.')",
      },
      { path: 'x.sql', text: "raise exception 'No.' using errcode = 'IR001', hint = 'not_so'" },
    ]),
  ).toEqual({
    problems: [
      { code: 'not_so', statuses: [409], sentences: ['No.'] },
      { code: 'too_old', statuses: [409], sentences: ['It is … old.'] },
    ],
    fields: [{ code: 'bad', statuses: [422], sentences: ['Say when.'] }],
    unread: [],
  })
})

test('the type of a refusal points to an anchor that exists', async () => {
  const customer = await admin.post('/customers', { name: 'Somebody' })
  const refusals = [
    await admin.call('GET', '/customers/1'),
    await admin.call('GET', '/nope'),
    await admin.call('POST', '/labels', '{'),
    await admin.call('POST', '/labels', {}),
    await admin.call('POST', '/payments', {}),
    await admin.call('PATCH', `/customers/${customer.id}`, { name: 'x', version: 7 }),
    await admin.call('POST', `/customers/${customer.id}/unblock`, {}),
    await admin.call('GET', '/labels', undefined, { authorization: 'Bearer no' }),
    await admin.call('POST', `/customers/${customer.id}/nope`, {}),
  ]
  const anonymous = { authorization: '' }
  const page = await admin.call<string>('GET', '/api/docs/problems', undefined, anonymous)
  expect(page.status).toBe(200)
  for (const refusal of refusals) {
    const [path, code] = String(refusal.body.type).split('#')
    expect([refusal.status >= 400, path]).toEqual([true, '/api/docs/problems'])
    expect(String(page.body).includes(`id="${code}"`), code).toBe(true)
  }
  expect(new Set(refusals.map((refusal) => refusal.body.code)).size).toBeGreaterThan(6)
})

test('the documentation tells each address the actor may use, and stands alone', async () => {
  await admin.post('/entities', { name: 'mast', fields: [{ name: 'name', kind: 'text', required: true }] })
  const page = await admin.call<string>('GET', '/api/docs')
  expect(page.headers['content-type']).toContain('text/html')
  const { paths } = await admin.get<{ paths: Record<string, Record<string, { operationId: string }>> }>(
    '/openapi.json',
  )
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  expect(operations.length).toBeGreaterThan(200)
  const ids = operations.map((operation) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => !String(page.body).includes(`id="${id}"`))).toEqual([])
  expect(page.body).toContain('/api/v1/x/mast')
  expect(page.body).not.toMatch(/<script|<link|\ssrc=|@import|url\(/)
  // Each link of the page leads somewhere on it, or to a page of ours.
  for (const [, target] of String(page.body).matchAll(/href="([^"]+)"/g)) {
    if (target!.startsWith('#'))
      expect(String(page.body).includes(`id="${target!.slice(1)}"`), target).toBe(true)
    else expect((await admin.call('GET', target!)).status, target).toBe(200)
  }
  const stranger = await admin.call<string>('GET', '/api/docs', undefined, { authorization: '' })
  expect([stranger.status, stranger.body.includes('/sign-in')]).toEqual([401, true])
})
