import { Readable } from 'node:stream'
import type { Multipart } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { App } from '#kernel/app.ts'
import { Refused } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { stage, unstage, type Staged } from './staging.ts'

/** An upload with what was said of it: in the address, and in the other parts of a multipart body. */
export type Received = { staged: Staged; file_name: string | null; options: Record<string, unknown> }

/**
 * `POST /files?noun=customer&row_id=…&name=contract.pdf` with the content as the body, or `multipart/form-data` with one file and fields
 * in any order.
 */
export async function receive(app: App, request: FastifyRequest): Promise<Received> {
  const inAddress = Object.fromEntries(
    Object.entries(queryOf(request)).map(([name, text]) => [name, valueOf(text)]),
  )
  if (request.isMultipart()) {
    const { staged, file_name, fields } = await readParts(app, request)
    return { staged, file_name, options: { ...inAddress, ...fields } }
  }
  if (!(request.body instanceof Readable))
    throw new Refused(400, 'no_file', 'Send the content of the file as the body of the request.')
  return { staged: await stage(app, request.body), file_name: null, options: inAddress }
}

async function readParts(app: App, request: FastifyRequest) {
  const fields: Record<string, unknown> = {}
  let staged: Staged | undefined
  let file_name: string | null = null
  try {
    for await (const part of partsOf(app, request)) {
      if (part.type === 'field') {
        fields[part.fieldname] = valueOf(String(part.value))
        continue
      }
      staged = await stage(app, part.file)
      file_name = part.filename
    }
  } catch (error) {
    if (staged) await unstage(staged)
    // A body that ends in the middle of its file says so where the file is read.
    throw error instanceof Error && /end of multipart data/.test(error.message) ? unreadable(error) : error
  }
  if (!staged) throw new Refused(400, 'no_file', 'There is no file among the parts of this request.')
  return { staged, file_name, fields }
}

async function* partsOf(app: App, request: FastifyRequest): AsyncGenerator<Multipart> {
  try {
    yield* request.parts({
      limits: {
        files: 1,
        fields: 20,
        parts: 21,
        fieldSize: 2000,
        fileSize: app.config.files.limit_bytes + 1,
      },
    })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'FST_FILES_LIMIT' || code === 'FST_PARTS_LIMIT' || code === 'FST_FIELDS_LIMIT')
      throw new Refused(400, 'one_file', 'Send one file in a request, and at most twenty fields with it.')
    throw unreadable(error)
  }
}

function unreadable(error: unknown): Refused {
  const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
  return new Refused(400, 'bad_multipart', `The parts of this request cannot be read: ${why}.`)
}

/** Forms and addresses know only text. */
const valueOf = (text: string | undefined): unknown =>
  text === 'true' ? true : text === 'false' ? false : text
