import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '#kernel/sql.ts'
import {
  advance,
  asTenant,
  clientWithRole,
  newTenant,
  settled,
  startIsp,
  type Client,
  type TestIsp,
} from '../isp.ts'
import { form, inFolder, sha256, speak, upload, type Answer } from './files-kit.ts'

const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(200_000)])

describe('documents on a customer, in a folder', () => {
  let isp: TestIsp
  let admin: Client
  let customer_id: string
  let file: Record<string, any>
  beforeAll(async () => {
    isp = await startIsp({ FILE_LIMIT_MB: '1', FILE_QUOTA_GB: '1' })
    admin = await newTenant(isp)
    customer_id = (await admin.post('/customers', { name: 'Jane Doe' })).id
  })
  afterAll(() => isp?.stop())

  test('a contract is uploaded as it is, and described by what it contains', async () => {
    const answer = await upload(
      isp,
      admin,
      `noun=customer&row_id=${customer_id}&category=contract&portal_visible=true&name=..%2FUmowa%20%C5%81%C3%B3d%C5%BA.pdf`,
      pdf,
      { 'content-type': 'text/html' },
    )
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    file = answer.body
    expect(file).toMatchObject({
      noun: 'customer',
      row_id: customer_id,
      name: 'Umowa Łódź.pdf',
      category: 'contract',
      portal_visible: true,
      content_type: 'application/pdf',
      size_bytes: pdf.length,
      sha256: sha256(pdf),
      author_name: 'test admin',
      version: 1,
    })
    expect(await admin.get(`/files/${file.id}`)).toEqual(file)
    expect((await admin.get(`/files?noun=customer&row_id=${customer_id}`)).data).toEqual([file])
    expect((await admin.get('/search?q=umowa')).data).toMatchObject([{ noun: 'file', id: file.id }])
    expect((await admin.get(`/audit_events?row_id=${file.id}`)).data).toMatchObject([{ action: 'created' }])
  })

  test('a photo comes from a form, its fields in any order', async () => {
    const photo = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(100)])
    const { body, type } = await form([
      ['noun', 'customer'],
      ['file', new File([photo], 'roof.png', { type: 'image/svg+xml' })],
      ['row_id', customer_id],
      ['category', 'photo'],
    ])
    const answer = await speak(isp, admin, 'POST', '/files', body, { 'content-type': type })
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    expect(answer.body).toMatchObject({ name: 'roof.png', category: 'photo', content_type: 'image/png' })
    const back = await speak(isp, admin, 'GET', `/files/${answer.body.id}/content?inline=true`)
    expect(back.bytes).toEqual(photo)
    expect(back.headers['content-disposition']).toMatch(/^inline/)
  })

  test('it comes back whole, in parts, or not at all when nothing changed', async () => {
    const path = `/files/${file.id}/content`
    const whole = await speak(isp, admin, 'GET', path)
    expect([whole.status, whole.bytes.equals(pdf)]).toEqual([200, true])
    expect(whole.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(pdf.length),
      'content-disposition': `attachment; filename="Umowa __d_.pdf"; filename*=UTF-8''Umowa%20%C5%81%C3%B3d%C5%BA.pdf`,
      'x-content-type-options': 'nosniff',
      etag: `"${sha256(pdf)}"`,
    })
    const part = await speak(isp, admin, 'GET', path, undefined, { range: 'bytes=100-199' })
    expect(part.status).toBe(206)
    expect(part.headers['content-range']).toBe(`bytes 100-199/${pdf.length}`)
    expect(part.bytes).toEqual(pdf.subarray(100, 200))
    expect((await speak(isp, admin, 'GET', path, undefined, { range: 'bytes=-5' })).bytes).toEqual(
      pdf.subarray(-5),
    )
    const beyond = await speak(isp, admin, 'GET', path, undefined, { range: `bytes=${pdf.length}-` })
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${pdf.length}`])
    expect(
      (await speak(isp, admin, 'GET', path, undefined, { 'if-none-match': `"${sha256(pdf)}"` })).status,
    ).toBe(304)
    const stale = await speak(isp, admin, 'GET', path, undefined, {
      range: 'bytes=0-1',
      'if-range': '"other"',
    })
    expect([stale.status, stale.bytes.length]).toEqual([200, pdf.length])
    const head = await speak(isp, admin, 'HEAD', path)
    expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([
      200,
      String(pdf.length),
      0,
    ])
  })

  test('whoever reads it is recorded, once for one reading', async () => {
    const readings = async () =>
      (await admin.get(`/audit_events?row_id=${file.id}`)).data.filter(
        (entry: any) => entry.action === 'downloaded',
      )
    expect(await readings()).toMatchObject([{ actor_name: 'test admin' }])
    await advance(isp, admin.tenant_id, '1h')
    await speak(isp, admin, 'GET', `/files/${file.id}/content`, undefined, { range: 'bytes=100-' })
    const viewer = await clientWithRole(isp, admin.tenant_id, 'viewer')
    await speak(isp, viewer, 'GET', `/files/${file.id}/content`)
    expect((await readings()).map((entry: any) => entry.actor_name)).toEqual([
      'test viewer',
      'test admin',
      'test admin',
    ])
  })

  test('a page in disguise is text to keep, never a page to open', async () => {
    for (const [name, page] of [
      ['a.html', '<!doctype html><script>alert(document.cookie)</script>'],
      ['a.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
      ['a.pdf', '\0<script>alert(1)</script>'],
    ]) {
      const { id } = (
        await upload(isp, admin, `noun=customer&row_id=${customer_id}&name=${name}`, page!, {
          'content-type': 'text/html',
        })
      ).body
      const { headers } = await speak(isp, admin, 'GET', `/files/${id}/content?inline=true`)
      expect(headers['content-type']).toMatch(/^(text\/plain; charset=utf-8|application\/octet-stream)$/)
      expect(headers['content-security-policy']).toContain('sandbox')
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })

  test('what cannot be kept is refused in a sentence, and leaves nothing', async () => {
    const before = [(await admin.get('/files?count=true')).total, (await inFolder(isp)).length]
    const on = `noun=customer&row_id=${customer_id}`
    const stranger = await newTenant(isp)
    const theirs = (await stranger.post('/customers', { name: 'Theirs' })).id
    const big = randomBytes(1_048_577)
    const { body: two, type } = await form([
      ['noun', 'customer'],
      ['row_id', customer_id],
      ['file', new File(['a'], 'a')],
      ['file', new File(['b'], 'b')],
    ])
    const { body: none, type: noneType } = await form([['noun', 'customer']])
    const bigForm = await form([
      ['noun', 'customer'],
      ['row_id', customer_id],
      ['file', new File([big], 'big')],
    ])
    const cutOff = '--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nhalf of'
    const refused: [Answer, number, string][] = [
      [await upload(isp, admin, on, big), 413, 'file_too_large'],
      [
        await speak(isp, admin, 'POST', '/files', bigForm.body, { 'content-type': bigForm.type }),
        413,
        'file_too_large',
      ],
      [await upload(isp, admin, `${on}&category=secret`, 'x'), 422, 'invalid'],
      [await upload(isp, admin, `${on}&colour=red`, 'x'), 422, 'invalid'],
      [await upload(isp, admin, `${on}&sha256=0`, 'x'), 422, 'invalid'],
      [await upload(isp, admin, 'noun=customer&row_id=x', 'x'), 422, 'invalid'],
      [await upload(isp, admin, `noun=nothing&row_id=${customer_id}`, 'x'), 422, 'invalid'],
      [await upload(isp, admin, `noun=file&row_id=${file.id}`, 'x'), 422, 'invalid'],
      [await upload(isp, admin, `noun=service&row_id=${customer_id}`, 'x'), 422, 'invalid'],
      [await upload(isp, admin, `noun=customer&row_id=${theirs}`, 'x'), 422, 'invalid'],
      [await upload(isp, admin, 'name=x', 'x'), 422, 'invalid'],
      [await speak(isp, admin, 'POST', '/files', two, { 'content-type': type }), 400, 'one_file'],
      [await speak(isp, admin, 'POST', '/files', none, { 'content-type': noneType }), 400, 'no_file'],
      [await speak(isp, admin, 'POST', `/files?${on}`), 400, 'no_file'],
      [
        await speak(isp, admin, 'POST', '/files', 'x', { 'content-type': 'multipart/form-data' }),
        400,
        'bad_multipart',
      ],
      [
        await speak(isp, admin, 'POST', `/files?${on}`, cutOff, {
          'content-type': 'multipart/form-data; boundary=x',
        }),
        400,
        'bad_multipart',
      ],
      [await speak(isp, admin, 'GET', '/files/x/content'), 404, 'not_found'],
      [await speak(isp, stranger, 'GET', `/files/${file.id}/content`), 404, 'not_found'],
    ]
    for (const [answer, status, code] of refused)
      expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
        status,
        code,
        expect.any(String),
      ])
    expect((await admin.call('POST', '/files', { noun: 'customer' })).status).toBe(422)
    expect([(await admin.get('/files?count=true')).total, (await inFolder(isp)).length]).toEqual(before)
    expect(await readdir(join(isp.app.config.data_dir, 'files/arriving'))).toEqual([])
  })

  test('the quota holds, for uploads side by side too', async () => {
    const crowded = await newTenant(isp)
    const { id } = await crowded.post('/customers', { name: 'Crowd' })
    await asTenant(isp, crowded.tenant_id, (ctx) =>
      ctx.db.run(
        sql`insert into file_contents (tenant_id, sha256, size_bytes) values (${crowded.tenant_id}, ${'0'.repeat(64)}, ${1024 ** 3 - 2_500})`,
      ),
    )
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        upload(isp, crowded, `noun=customer&row_id=${id}&name=n${n}`, randomBytes(1000)),
      ),
    )
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 201, 409, 409])
    expect(answers.find((answer) => answer.status === 409)!.body.code).toBe('file_quota_reached')
    expect((await crowded.get('/files')).data.length).toBe(2)
  })

  test('a dry run says what would be kept, and an Idempotency-Key keeps it once', async () => {
    const on = `noun=customer&row_id=${customer_id}&name=once.txt`
    const before = (await inFolder(isp)).length
    const tried = await upload(isp, admin, `${on}&dry_run=true`, 'only once')
    expect(tried.body).toMatchObject({ dry_run: true, result: { name: 'once.txt', size_bytes: 9 } })
    expect((await inFolder(isp)).length).toBe(before)
    const key = { 'idempotency-key': 'one-upload' }
    const first = await upload(isp, admin, on, 'only once', key)
    const again = await upload(isp, admin, on, 'only once', key)
    expect([again.status, again.body.id, again.headers['idempotency-replayed']]).toEqual([
      201,
      first.body.id,
      'true',
    ])
    expect((await upload(isp, admin, on, 'something else', key)).status).toBe(422)
    expect((await inFolder(isp)).length).toBe(before + 1)
  })

  test('who may not see the row does not see what hangs on it', async () => {
    const partner = await admin.post('/partners', { name: 'South' })
    const theirs = await admin.post('/customers', { name: 'Southerner', partner_id: partner.id })
    const southern = (await upload(isp, admin, `noun=customer&row_id=${theirs.id}&name=south.txt`, 'south'))
      .body
    const role = async (grants: object[], partner_id?: string) => {
      const made = await admin.post('/roles', { name: `r${Math.random()}`, grants })
      const key = await admin.post('/api_keys', {
        name: 'k',
        role_ids: [made.id],
        ...(partner_id ? { partner_id } : {}),
      })
      return { ...admin, token: key.token }
    }
    const names = async (who: Client) => {
      const answer = await speak(isp, who, 'GET', '/files?limit=100')
      return JSON.parse(answer.bytes.toString()).data.map((one: any) => one.name)
    }
    const south = await role([{ noun: '*', actions: ['*'] }], partner.id)
    expect(await names(south)).toEqual(['south.txt'])
    expect((await speak(isp, south, 'GET', `/files/${file.id}/content`)).status).toBe(404)
    expect((await speak(isp, south, 'GET', `/files/${southern.id}/content`)).status).toBe(200)
    expect((await upload(isp, south, `noun=customer&row_id=${customer_id}`, 'x')).status).toBe(422)
    expect((await upload(isp, south, `noun=customer&row_id=${theirs.id}&name=more.txt`, 'x')).status).toBe(
      201,
    )
    const filesOnly = await role([{ noun: 'file', actions: ['*'] }])
    expect(await names(filesOnly)).toEqual([])
    expect((await speak(isp, filesOnly, 'GET', `/files/${southern.id}/content`)).status).toBe(404)
    const someRows = await role([
      { noun: 'file', actions: ['*'] },
      { noun: 'customer', actions: ['get'], rows: { name: 'Southerner' } },
    ])
    expect((await names(someRows)).toSorted()).toEqual(['more.txt', 'south.txt'])
    const noFiles = await role([{ noun: 'customer', actions: ['*'] }])
    expect((await speak(isp, noFiles, 'GET', `/files/${southern.id}/content`)).status).toBe(403)
    expect((await upload(isp, noFiles, `noun=customer&row_id=${theirs.id}`, 'x')).status).toBe(403)
    const contractsOnly = await role([
      { noun: 'file', actions: ['*'], rows: { category: 'contract' } },
      { noun: 'customer', actions: ['get'] },
    ])
    expect(await names(contractsOnly)).toEqual(['Umowa Łódź.pdf'])
  })

  test('deleted, it lies in the bin for thirty days; then its content goes too', async () => {
    const other = (await admin.post('/customers', { name: 'Copy holder' })).id
    const copy = (await upload(isp, admin, `noun=customer&row_id=${other}&name=copy.pdf`, pdf)).body
    await admin.delete(`/files/${file.id}`)
    expect((await admin.call('GET', `/files/${file.id}`)).status).toBe(404)
    expect((await speak(isp, admin, 'GET', `/files/${file.id}/content`)).status).toBe(404)
    expect((await admin.get('/search?q=umowa')).data).toEqual([])
    expect((await admin.get('/binned_files')).data).toMatchObject([{ id: file.id, name: 'Umowa Łódź.pdf' }])
    await admin.post(`/binned_files/${file.id}/restore`)
    expect((await speak(isp, admin, 'GET', `/files/${file.id}/content`)).bytes.equals(pdf)).toBe(true)
    await admin.delete(`/files/${file.id}`)
    await admin.delete(`/files/${copy.id}`)
    await admin.post(`/binned_files/${copy.id}/destroy`)
    await settled(isp, admin.tenant_id)
    expect(await inFolder(isp)).toContain(sha256(pdf))
    await advance(isp, admin.tenant_id, '31d')
    expect((await admin.get('/binned_files')).data).toEqual([])
    expect(await inFolder(isp)).not.toContain(sha256(pdf))
    expect((await admin.get(`/audit_events?row_id=${file.id}&limit=1`)).data).toMatchObject([
      { action: 'destroyed' },
    ])
  })

  test('what crashed uploads leave behind is swept away', async () => {
    const arriving = join(isp.app.config.data_dir, 'files/arriving')
    await mkdir(arriving, { recursive: true })
    await writeFile(join(arriving, 'half'), 'half')
    await utimes(join(arriving, 'half'), 0, 0)
    const hash = sha256(Buffer.from('killed between store and row'))
    const folder = join(isp.app.config.data_dir, 'files', admin.tenant_id, hash.slice(0, 2))
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, hash), 'killed between store and row')
    await asTenant(isp, admin.tenant_id, async (ctx) => {
      await ctx.db.run(
        sql`insert into file_contents (tenant_id, sha256, size_bytes) values (${admin.tenant_id}, ${hash}, 28)`,
      )
      await ctx.db.run(
        sql`insert into file_uploads (tenant_id, id, sha256, started_at) values (${admin.tenant_id}, uuidv7(), ${hash}, now())`,
      )
    })
    await advance(isp, admin.tenant_id, '1d')
    expect(await inFolder(isp)).toContain(hash)
    await asTenant(isp, admin.tenant_id, (ctx) =>
      ctx.db.run(sql`update file_uploads set started_at = now() - interval '25 hours'`),
    )
    await advance(isp, admin.tenant_id, '1d')
    expect(await inFolder(isp)).not.toContain(hash)
    expect(await readdir(arriving)).toEqual([])
  })

  test('a content that was lost is said so, not a defect', async () => {
    const made = (await upload(isp, admin, `noun=customer&row_id=${customer_id}&name=lost`, 'soon lost')).body
    await rm(join(isp.app.config.data_dir, 'files', admin.tenant_id, made.sha256.slice(0, 2), made.sha256))
    const answer = await speak(isp, admin, 'GET', `/files/${made.id}/content`)
    expect([answer.status, answer.body.code]).toEqual([404, 'file_content_missing'])
  })
})
