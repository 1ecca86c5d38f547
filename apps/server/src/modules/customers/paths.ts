import { answers, parameter, type Paths } from '#kernel/openapi/parts.ts'

export const paths: Paths = {
  '/api/v1/customers/{id}/hierarchy': {
    get: {
      tags: ['Customers'],
      operationId: 'hierarchy_of_customer',
      summary: 'The whole family of an account as a tree, with balances and their sums',
      parameters: [parameter('id')],
      responses: answers(200, { type: 'object' }),
    },
  },
}
