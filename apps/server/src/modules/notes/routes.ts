import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { readAs } from '#kernel/http.ts'
import { referencesOf } from '#kernel/references.ts'
import { queryOf } from '#kernel/rest.ts'
import { asResource, list } from '#kernel/store.ts'
import { todos } from './notes.ts'

const noun = asResource(todos)

/** `GET /todos/mine`: what is left for whoever asks, the most urgent first, and what each hangs on. */
export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/todos/mine', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      if (ctx.actor.kind !== 'user') return { data: [], next_cursor: null, _refs: {} }
      const query = { status: 'open', sort: 'due_date', ...queryOf(request), assignee_id: ctx.actor.id! }
      const page = await list(ctx, noun, query)
      return { ...page, _refs: await referencesOf(ctx, noun, 'row_id', page.data) }
    }),
  )
}
