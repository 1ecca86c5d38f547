import { answers, parameter, query, type Paths } from '#kernel/openapi/parts.ts'

export const paths: Paths = {
  '/api/v1/customers/{id}/usage': {
    get: {
      tags: ['Customers'],
      operationId: 'usage_of_customer',
      summary: 'What a customer has used, day by day up to today, and in this month',
      parameters: [parameter('id'), query('days', 'How many days, 30 when left out, at most 366.')],
      responses: answers(200, { type: 'object' }),
    },
  },
}
