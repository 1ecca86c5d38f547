import { parse } from 'csv-parse/sync'
import { expect } from 'vitest'
import { settle } from '#kernel/schedules.ts'
import type { Client, TestIsp } from '../isp.ts'

export const sendFile = (
  isp: TestIsp,
  client: Client,
  file: string | Buffer,
  query = '',
  headers: Record<string, string> = {},
) =>
  isp.server.inject({
    method: 'POST',
    url: `/api/v1/imports?noun=customers${query}`,
    headers: { authorization: `Bearer ${client.token}`, 'content-type': 'text/csv', ...headers },
    payload: file,
  })

/** A file brought in or, with `&mode=validate`, judged; the import as it stands when it is through. */
export async function bringIn(isp: TestIsp, client: Client, file: string | Buffer, query = '') {
  const answer = await sendFile(isp, client, file, query)
  expect(answer.statusCode, answer.body).toBe(201)
  await settle(isp.app, client.tenant_id, 1_000_000)
  return client.get(`/imports/${answer.json().id}`)
}

/** The result file's rows by column. */
export const resultOf = async (client: Client, id: string, query = ''): Promise<Record<string, string>[]> =>
  parse(String((await client.call('GET', `/imports/${id}/result?format=csv${query}`)).body), {
    bom: true,
    columns: true,
  })
