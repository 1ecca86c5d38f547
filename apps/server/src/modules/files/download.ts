import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, find } from '#kernel/store.ts'
import { files, type File } from './files.ts'
import { showable } from './sniff.ts'

const sameReading_minutes = 15

/**
 * Who reads a file is recorded. A viewer asks for a document in many pieces: what the same actor reads of the same file within a
 * quarter of an hour is one reading.
 */
export async function openFile(ctx: Ctx, file_id: string): Promise<File> {
  mustBeAbleTo(ctx, asResource(files), 'get')
  const file = await find(ctx, files, file_id)
  if (!file) throw notFound('File')
  const recently = await ctx.db.maybe(sql`
    select 1
    from audit_events
    where row_id = ${file_id} and action = 'downloaded' and actor_id is not distinct from ${ctx.actor.id}
      and at > ${ctx.now.subtract({ minutes: sameReading_minutes })}
    limit 1`)
  if (!recently) record(ctx, { noun: 'file', row_id: file_id, action: 'downloaded', changes: {} })
  return file
}

/**
 * Nothing that somebody uploaded is ever carried out by a browser as a page of ours: it is a download, or one of the few kinds that only
 * show something, and it may load and run nothing.
 */
export function headersFor(file: File, inline: boolean): Record<string, string> {
  const shown = inline && showable.has(file.content_type)
  return {
    'content-type': file.content_type === 'text/plain' ? 'text/plain; charset=utf-8' : file.content_type,
    'content-disposition': disposition(shown ? 'inline' : 'attachment', file.name),
    'x-content-type-options': 'nosniff',
    // Chrome shows no PDF in a sandbox.
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'${file.content_type === 'application/pdf' ? '' : '; sandbox'}`,
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'private, no-cache',
    etag: `"${file.sha256}"`,
    'accept-ranges': 'bytes',
  }
}

/** RFC 6266: a plain name for old readers and the real one in UTF-8 (RFC 8187). */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const full = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  return `${kind}; filename="${plain}"; filename*=UTF-8''${full}`
}

/** `bytes=0-99`, `bytes=100-`, `bytes=-100`. The whole content where none is asked or several are; `null` where none can be given. */
export function rangeOf(
  header: string | undefined,
  size_bytes: number,
): { start: number; end: number } | 'whole' | null {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if ((from === undefined || from === '') && (to === undefined || to === '')) return 'whole'
  const range =
    from === ''
      ? { start: Math.max(0, size_bytes - Number(to)), end: size_bytes - 1 }
      : { start: Number(from), end: Math.min(to === '' ? Infinity : Number(to), size_bytes - 1) }
  // A last byte before the first makes the header meaningless, which is as if it were not there.
  if (from !== '' && to !== '' && Number(to) < Number(from)) return 'whole'
  return range.start < size_bytes && range.start <= range.end ? range : null
}
