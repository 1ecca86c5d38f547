import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { mustBeAbleTo, visiblePartners } from '#kernel/permissions.ts'
import { queryOf } from '#kernel/rest.ts'
import { readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { notFound, invalidField } from '#kernel/refused.ts'
import { searchEverywhere } from '#kernel/search.ts'
import { sql } from '#kernel/sql.ts'
import { get } from '#kernel/store.ts'
import { asResource } from '#kernel/store.ts'
import { bulkJobs } from '#kernel/bulk-jobs.ts'

export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/search', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const { q = '', limit = '20' } = queryOf(request)
      if (!/^[1-9]\d?$/.test(limit))
        throw invalidField('limit', 'out_of_range', 'limit must be a whole number between 1 and 99.')
      return { data: await searchEverywhere(ctx, q, Number(limit)) }
    }),
  )

  server.get('/api/v1/jobs', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      mustBeAbleTo(ctx, asResource(bulkJobs), 'list')
      // The queue belongs to the ISP as a whole; a partner's staff sees nothing of it.
      if (visiblePartners(ctx)) return { data: [] }
      const data = await ctx.db.all(
        sql`select id::text, task, status, attempts, last_error, run_at from tenant_jobs(200)`,
      )
      return { data }
    }),
  )

  server.get('/api/v1/bulk_jobs/:id/result', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const { id } = request.params as { id: string }
      if (!isId(id)) throw notFound('Bulk job')
      await get(ctx, asResource(bulkJobs), id)
      const rows = await ctx.db.all(
        sql`select index, row_id as id, status, error, told from bulk_job_rows where bulk_job_id = ${id} order by index`,
      )
      reply.type('application/x-ndjson')
      return rows.map(({ told, ...row }) => JSON.stringify({ ...row, ...(told as object | null) })).join('\n')
    }),
  )
}
