import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { mustBeCurrent } from '../ctx.ts'
import { readAs } from '../http.ts'
import { openapiOf } from '../openapi/openapi.ts'
import { Refused } from '../refused.ts'
import { html } from './html.ts'
import { page, pageHeaders } from './page.ts'
import { problemsPage } from './problems.ts'
import { referencePage } from './reference.ts'

/** `/api/docs`: the API of whoever is signed in. `/api/docs/problems`: the codes of refusals, for anybody. */
export function mountDocs(server: FastifyInstance, app: App): void {
  let problems: string | undefined
  server.get('/api/docs/problems', (_, reply) =>
    reply.headers(pageHeaders).send((problems ??= problemsPage(app))),
  )
  server.get('/api/docs', async (request, reply) => {
    try {
      const text = await readAs(app, request, reply, async (ctx) => {
        await mustBeCurrent(ctx)
        return referencePage(openapiOf(ctx))
      })
      return await reply.headers(pageHeaders).send(text)
    } catch (error) {
      if (!(error instanceof Refused && error.status === 401)) throw error
      return reply
        .code(401)
        .headers({ ...error.headers, ...pageHeaders })
        .send(signInFirst)
    }
  })
}

const signInFirst = page(
  'The API',
  html`<strong>The API</strong>
    <ul>
      <li><a href="/api/docs/problems">Refusals and their codes</a></li>
    </ul>`,
  html`<h1>The API</h1>
    <p>
      Each ISP has an API of its own, with its own fields and entities.
      <a href="/sign-in?back=/api/docs">Sign in</a> to read yours, or send an API key.
    </p>`,
)
