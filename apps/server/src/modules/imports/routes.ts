import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { actAs, principalFor, readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField, notFound, Refused } from '#kernel/refused.ts'
import { words } from '#kernel/resource.ts'
import { queryOf } from '#kernel/rest.ts'
import { shapeOf } from '#kernel/shape.ts'
import { asResource, find } from '#kernel/store.ts'
import { createImport } from './commands.ts'
import { imports, type Import } from './imports.ts'
import { fileOf } from './job.ts'
import { proposeMapping } from './mapping.ts'
import { resultLines } from './result.ts'
import { beginningOf } from './rows.ts'
import { targetsOf } from './targets.ts'

const fileLimit = 64 * 1024 * 1024
const noun = asResource(imports)

export function routes(server: FastifyInstance, app: App): void {
  void server.register(async (scope) => {
    scope.addContentTypeParser(
      ['text/csv', 'application/octet-stream', 'text/plain', 'application/vnd.ms-excel'],
      { parseAs: 'buffer', bodyLimit: fileLimit },
      (_, body, done) => done(null, body),
    )
    scope.post(
      '/api/v1/imports',
      {
        bodyLimit: fileLimit,
        // Nobody unknown makes us read 64 MB.
        onRequest: async (request) => void (await principalFor(app, request)),
      },
      (request, reply) => {
        const wanted = wantedBy(request)
        // What an Idempotency-Key stands for: these options and this content.
        request.body = { ...queryOf(request), sha256: createHash('sha256').update(wanted.file).digest('hex') }
        return actAs(app, request, reply, { status: 201 }, async (ctx) =>
          shapeOf(ctx, noun).present(await createImport(ctx, wanted)),
        )
      },
    )
  })

  server.get('/api/v1/imports/:id/columns', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const row = await importOf(ctx, request)
      const targets = targetsOf(ctx)
      const { columns, samples } = beginningOf(await fileOf(ctx, row.id), row.delimiter)
      const proposed = proposeMapping(targets, columns)
      return {
        columns: columns.map((name, place) => ({
          name,
          samples: samples.slice(0, 5).map((cells) => cells[place] ?? ''),
          field: Object.keys(proposed).find((field) => proposed[field] === name) ?? null,
        })),
        fields: Object.entries(targets).map(([name, field]) => ({
          name,
          label: field.label ?? words(name.replace('custom.', '')),
          kind: field.kind,
          required: name === 'name',
          ...(field.values ? { values: field.values } : {}),
        })),
        proposed,
        mapping: row.mapping,
      }
    }),
  )

  server.get('/api/v1/imports/:id/result', async (request, reply) => {
    const { format = 'csv', only = 'all' } = queryOf(request)
    if (format !== 'csv') throw invalidField('format', 'not_a_choice', 'format must be csv.')
    if (only !== 'all' && only !== 'failed')
      throw invalidField('only', 'not_a_choice', 'only must be all or failed.')
    const lines = await readAs(app, request, reply, async (ctx) =>
      resultLines(ctx, await importOf(ctx, request), only === 'failed'),
    )
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="import-result.csv"')
      .send(Readable.from(lines))
  })
}

async function importOf(ctx: Ctx, request: FastifyRequest): Promise<Import> {
  mustBeAbleTo(ctx, noun, 'get')
  const { id } = request.params as { id: string }
  const row = isId(id) ? await find(ctx, imports, id) : undefined
  if (!row) throw notFound('Import')
  return row
}

function wantedBy(request: FastifyRequest): Parameters<typeof createImport>[1] {
  const {
    noun: into,
    mode,
    validate_only,
    mapping,
    encoding,
    delimiter,
    file_name,
    ...rest
  } = queryOf(request)
  const strange = Object.keys(rest)[0]
  if (strange) throw invalidField(strange, 'unknown_field', `“${strange}” is not an option of imports.`)
  if (into !== 'customers' && into !== 'customer')
    throw invalidField('noun', 'not_importable', 'Say what the rows are: noun=customers.')
  if (mode !== undefined && mode !== 'validate' && mode !== 'run')
    throw invalidField('mode', 'not_a_choice', 'mode must be validate or run.')
  if (!(request.body instanceof Buffer))
    throw new Refused(
      415,
      'unsupported_media_type',
      'Send the file itself as the body, with Content-Type: text/csv.',
    )
  if (delimiter !== undefined && !/^[,;\t|]$/.test(delimiter))
    throw invalidField('delimiter', 'not_a_choice', 'delimiter must be a comma, a semicolon, a tab or |.')
  return {
    file: request.body,
    mode: mode ?? (validate_only === 'true' ? 'validate' : 'run'),
    file_name: file_name?.slice(0, 200) ?? null,
    ...(encoding ? { encoding } : {}),
    ...(delimiter ? { delimiter } : {}),
    ...(mapping ? { mapping: parsed(mapping) } : {}),
  }
}

function parsed(mapping: string): unknown {
  try {
    return JSON.parse(mapping)
  } catch {
    throw invalidField('mapping', 'not_json', 'mapping must be JSON: {"name": "Full name"}.')
  }
}
