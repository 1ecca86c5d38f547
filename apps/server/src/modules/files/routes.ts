import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import { actAs, principalFor, readAs, readTogether } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound, Refused } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { decodeBody, shapeOf } from '#kernel/shape.ts'
import { asResource } from '#kernel/store.ts'
import type { Input } from '#kernel/resource.ts'
import { withStored } from './contents.ts'
import { headersFor, openFile, rangeOf } from './download.ts'
import { fileName, files, uploadFields } from './files.ts'
import { keepFile } from './keep.ts'
import { tooLarge, unstage } from './staging.ts'
import { storeOf } from './store-of.ts'
import { ContentMissing } from './store.ts'
import { receive, type Received } from './receive.ts'

const noun = asResource(files)

/** Contents come and go as bytes, which is neither a noun nor a verb. */
export function routes(server: FastifyInstance, app: App): void {
  void server.register(async (scope) => {
    // Whatever the sender calls it, it is bytes: JSON too.
    scope.removeAllContentTypeParsers()
    await scope.register(multipart, { throwFileSizeLimit: false })
    scope.addContentTypeParser('*', (_, payload, done) => done(null, payload))
    scope.post(
      '/api/v1/files',
      {
        // Nobody unknown, and nobody who may not, makes us read a large body; nor does a body that says it is too large.
        onRequest: async (request, reply) => {
          await principalFor(app, request)
          await readAs(app, request, reply, async (ctx) => mustBeAbleTo(ctx, noun, 'create'))
          const announced = Number(request.headers['content-length'] ?? 0)
          if (announced > app.config.files.limit_bytes + mostOptions_bytes) throw tooLarge(app)
        },
      },
      (request, reply) => upload(app, request, reply),
    )
  })
  server.route({
    method: ['GET', 'HEAD'],
    url: '/api/v1/files/:id/content',
    // Fastify's own HEAD would say that the content is empty.
    exposeHeadRoute: false,
    handler: (request, reply) => download(app, request, reply),
  })
}

/** What the other parts of a multipart body may take up. */
const mostOptions_bytes = 64 * 1024

async function upload(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const received = await receive(app, request)
  const { staged, options } = received
  try {
    // What an Idempotency-Key stands for: what is said of the file, and its content.
    request.body = { ...options, sha256: staged.sha256 }
    const keep = () =>
      actAs(app, request, reply, { status: 201 }, async (ctx) => {
        mustBeAbleTo(ctx, noun, 'create')
        const told = decodeBody(ctx, uploadFields, describedBy(received), 'create')
        return shapeOf(ctx, noun).present(await keepFile(ctx, staged, told as Input<typeof uploadFields>))
      })
    if (options.dry_run === true) return await keep()
    const { tenant_id } = await principalFor(app, request)
    return await withStored(app, tenant_id, staged, keep)
  } finally {
    await unstage(staged)
  }
}

function describedBy({ options, file_name }: Received): Record<string, unknown> {
  const { dry_run: _, ...told } = options
  return { ...told, name: told.name ?? fileName(file_name ?? '') }
}

async function download(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { id } = request.params as { id: string }
  if (!isId(id)) throw notFound('File')
  const file = await readTogether(app, request, reply, (ctx) => openFile(ctx, id))
  const size_bytes = Number(file.size_bytes)
  reply.headers(headersFor(file, queryOf(request).inline === 'true'))
  if (request.headers['if-none-match'] === `"${file.sha256}"`) return reply.code(304).send()
  const unchanged = (request.headers['if-range'] ?? `"${file.sha256}"`) === `"${file.sha256}"`
  const range = unchanged ? rangeOf(request.headers.range, size_bytes) : 'whole'
  if (range === null)
    throw new Refused(416, 'no_such_range', `This file has ${size_bytes} bytes.`, {
      headers: { 'content-range': `bytes */${size_bytes}` },
    })
  const whole = range === 'whole'
  reply.code(whole ? 200 : 206)
  reply.header('content-length', whole ? size_bytes : range.end - range.start + 1)
  if (!whole) reply.header('content-range', `bytes ${range.start}-${range.end}/${size_bytes}`)
  if (request.method === 'HEAD') return reply.send()
  const { tenant_id } = await principalFor(app, request)
  const content = { tenant_id, sha256: file.sha256, size_bytes }
  const store = await storeOf(app)
  try {
    return await reply.send(await store.read(content, whole ? undefined : range))
  } catch (error) {
    if (!(error instanceof ContentMissing)) throw error
    app.log.error({ err: error, file_id: id }, 'the content of a file is missing')
    reply.removeHeader('content-length')
    throw new Refused(
      404,
      'file_content_missing',
      'The content of this file is not where files are kept. Bring it back from a backup.',
    )
  }
}
