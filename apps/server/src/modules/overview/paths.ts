import { answers, parameter, query, type Paths } from '#kernel/openapi/parts.ts'

const answer = answers(200, { type: 'object' })

export const paths: Paths = {
  '/api/v1/dashboard': {
    get: {
      tags: ['General'],
      operationId: 'dashboard',
      summary: 'The ISP at a glance, for the part of it you see',
      responses: answer,
    },
  },
  '/api/v1/customers/{id}/overview': {
    get: {
      tags: ['Customers'],
      operationId: 'overview_of_customer',
      summary:
        'A customer with services, sessions, open invoices, the next invoice and why it has its status',
      parameters: [parameter('id')],
      responses: answer,
    },
  },
  '/api/v1/customers/{id}/next_invoice': {
    get: {
      tags: ['Customers'],
      operationId: 'next_invoice_of_customer',
      summary: 'The next invoice of a customer to its last line, or why there is none; nothing is written',
      parameters: [parameter('id'), query('date', 'As a run on this day would draw it up.')],
      responses: answer,
    },
  },
  '/api/v1/customers/{id}/timeline': {
    get: {
      tags: ['Customers'],
      operationId: 'timeline_of_customer',
      summary: 'Everything that happened to a customer and what belongs to it, newest first',
      parameters: [parameter('id'), parameter('limit'), parameter('cursor')],
      responses: answer,
    },
  },
}
