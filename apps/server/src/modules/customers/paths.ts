import { answers, parameter, query, type Paths } from '#kernel/openapi/parts.ts'

const tags = ['Customers']
const answer = answers(200, { type: 'object' })

export const paths: Paths = {
  '/api/v1/customers/{id}/hierarchy': {
    get: {
      tags,
      operationId: 'hierarchy_of_customer',
      summary: 'The whole family of an account as a tree, with balances and their sums',
      parameters: [parameter('id')],
      responses: answer,
    },
  },
  '/api/v1/customers/{id}/billing': {
    get: {
      tags,
      operationId: 'billing_terms_of_customer',
      summary:
        'Each billing term in force, whether it is the customer’s own, and what it would inherit from whom',
      parameters: [parameter('id')],
      responses: answer,
    },
  },
  '/api/v1/customers/{id}/consents': {
    get: {
      tags,
      operationId: 'consents_of_customer',
      summary: 'The latest word of each person on each purpose and channel',
      parameters: [parameter('id')],
      responses: answer,
    },
  },
  '/api/v1/customers/{id}/recipients': {
    get: {
      tags,
      operationId: 'recipients_of_customer',
      summary: 'Who is told about something, by which channel, at which address',
      parameters: [parameter('id'), query('purpose', 'billing, reminders, service, support or marketing.')],
      responses: answer,
    },
  },
}
