import { attachedTo, bearerSeen } from '#kernel/attached.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'

const described = {
  name: { kind: 'text', personal: true, max: 200, filter: true, sort: true, list: true },
  category: {
    kind: 'choice',
    values: ['contract', 'id', 'photo', 'invoice', 'other'],
    default: 'other',
    filter: true,
    list: true,
  },
  description: { kind: 'text', personal: true, max: 500, nullable: true },
  portal_visible: {
    kind: 'boolean',
    default: false,
    list: true,
    help: 'The customer sees it in the portal',
  },
} as const

const found = {
  content_type: {
    kind: 'text',
    personal: false,
    readonly: true,
    list: true,
    help: 'Read from the content itself',
  },
  size_bytes: { kind: 'bytes', readonly: true, sort: true, list: true },
  sha256: { kind: 'text', personal: false, readonly: true },
  author_id: { kind: 'reference', to: 'user', readonly: true, nullable: true },
  author_name: { kind: 'text', personal: false, readonly: true, list: true },
} as const

/** A document, a photo, a contract. Its content is fixed: a new content is a new file. */
export const files = resource('file', {
  generic: ['list', 'get', 'update', 'delete'],
  search: true,
  bin: true,
  fields: { ...attachedTo, ...described, ...found },
  rows: (ctx) => bearerSeen(ctx, 'files'),
  before: {
    async update(_, __, changes) {
      if (typeof changes.name === 'string') changes.name = fileName(changes.name)
    },
  },
  help: 'POST /files takes the content itself, raw or multipart; GET /files/{id}/content gives it back.',
})
export type File = Row<typeof files>

/** What an upload may say of its file. */
export const uploadFields = { ...attachedTo, ...described } as const

export const daysInBin = 30

/** Deleted files. They can be brought back for thirty days. */
export const binnedFiles = resource('binned_file', {
  table: 'files',
  generic: ['list', 'get'],
  fields: {
    ...attachedTo,
    ...described,
    ...found,
    deleted_at: { kind: 'datetime', readonly: true, nullable: true, list: true },
  },
  rows: (ctx) => sql`deleted_at is not null and ${bearerSeen(ctx, 'files')}`,
})

/** The last part of a path, without what no file system and no header likes. */
export function fileName(given: string): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const name = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/^[.\s]+|\s+$/g, '')
    .slice(0, 200)
  return name.isWellFormed() && name ? name : 'file'
}
