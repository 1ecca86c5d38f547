import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import type { Ctx } from '#kernel/ctx.ts'
import type { ListQuery } from '#kernel/filters.ts'
import { readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { shapeOf } from '#kernel/shape.ts'
import { asResource, find } from '#kernel/store.ts'
import { billingOf } from './billing-of.ts'
import { consents, consentsInForce } from './consents.ts'
import { customers, type Customer } from './customers.ts'
import { hierarchyOf } from './hierarchy-tree.ts'
import { readRecipients } from './recipients.ts'

/** What is read of a customer beside its row. */
export function routes(server: FastifyInstance, app: App): void {
  const ofCustomer = (what: string, answer: (ctx: Ctx, id: string, query: ListQuery) => Promise<object>) =>
    server.get(`/api/v1/customers/:id/${what}`, (request, reply) =>
      readAs(app, request, reply, async (ctx) => {
        const { id } = request.params as { id: string }
        if (!isId(id)) throw notFound('Customer')
        return answer(ctx, id, queryOf(request))
      }),
    )
  ofCustomer('hierarchy', async (ctx, id) => {
    mustBeAbleTo(ctx, asResource(customers), 'list')
    return hierarchyOf(ctx, await seen(ctx, id))
  })
  ofCustomer('billing', billingOf)
  ofCustomer('recipients', (ctx, id, query) => readRecipients(ctx, id, query.purpose))
  ofCustomer('consents', async (ctx, id) => {
    mustBeAbleTo(ctx, asResource(consents), 'list')
    await seen(ctx, id)
    const { present } = shapeOf(ctx, asResource(consents))
    return { data: (await consentsInForce(ctx, id)).map((consent) => present(consent)) }
  })
}

async function seen(ctx: Ctx, id: string): Promise<Customer> {
  const customer = await find(ctx, customers, id)
  if (!customer) throw notFound('Customer')
  return customer
}
