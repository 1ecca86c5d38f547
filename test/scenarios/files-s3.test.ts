import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newTenant, settled, startIsp, type Client, type TestIsp } from '../isp.ts'
import { speak, upload } from './files-kit.ts'

const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(200_000)])

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

describe('documents in S3', () => {
  let directory: string
  let isp: TestIsp
  let admin: Client
  let bucket: S3rver
  let on: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'isp-s3-'))
    const port = await freePort()
    bucket = new S3rver({
      port,
      address: '127.0.0.1',
      silent: true,
      directory,
      configureBuckets: [{ name: 'isp', configs: [] }],
    })
    await bucket.run()
    isp = await startIsp({
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_BUCKET: 'isp',
      S3_PREFIX: 'north/files',
      S3_ACCESS_KEY_ID: 'S3RVER',
      S3_SECRET_ACCESS_KEY: 'S3RVER',
    })
    admin = await newTenant(isp)
    on = `noun=customer&row_id=${(await admin.post('/customers', { name: 'Jane Doe' })).id}`
  })
  afterAll(async () => {
    await isp?.stop()
    await bucket?.close().catch(() => {})
    await rm(directory, { recursive: true, force: true })
  })
  const inBucket = async () =>
    (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('_object'))

  test('they come back whole and in parts', async () => {
    const { body } = await upload(isp, admin, `${on}&name=contract.pdf`, pdf)
    expect(body).toMatchObject({ size_bytes: pdf.length, content_type: 'application/pdf' })
    expect(await inBucket()).toEqual([
      `isp/north/files/${admin.tenant_id}/${body.sha256.slice(0, 2)}/${body.sha256}._S3rver_object`,
    ])
    expect((await speak(isp, admin, 'GET', `/files/${body.id}/content`)).bytes.equals(pdf)).toBe(true)
    const part = await speak(isp, admin, 'GET', `/files/${body.id}/content`, undefined, {
      range: 'bytes=9-1008',
    })
    expect([part.status, part.bytes.equals(pdf.subarray(9, 1009))]).toEqual([206, true])
    await admin.delete(`/files/${body.id}`)
    await admin.post(`/binned_files/${body.id}/destroy`)
    await settled(isp, admin.tenant_id)
    expect(await inBucket()).toEqual([])
  })

  test('while the bucket is away nothing is kept, and the reason is said', async () => {
    const kept = (await upload(isp, admin, `${on}&name=kept`, 'kept')).body
    await bucket.close()
    const answer = await upload(isp, admin, `${on}&name=gone`, 'gone')
    expect([answer.status, answer.body.code]).toEqual([503, 'file_store_unavailable'])
    const reading = await speak(isp, admin, 'GET', `/files/${kept.id}/content`)
    expect([reading.status, reading.body.code]).toEqual([503, 'file_store_unavailable'])
    expect((await admin.get('/files')).data.map((one: any) => one.name)).toEqual(['kept'])
    await bucket.run()
    expect((await speak(isp, admin, 'GET', `/files/${kept.id}/content`)).bytes.toString()).toBe('kept')
    expect((await upload(isp, admin, `${on}&name=gone`, 'gone')).status).toBe(201)
  })
})
