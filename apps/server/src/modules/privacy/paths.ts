import { answers, parameter, query, type Paths } from '#kernel/openapi/parts.ts'

export const paths: Paths = {
  '/api/v1/erasures/{id}/invoices/{invoice_id}': {
    get: {
      tags: ['Erasures'],
      operationId: 'original_invoice_of_erasure',
      summary: 'An invoice as it was issued to a customer who is erased, while the law wants it kept',
      parameters: [
        parameter('id'),
        { name: 'invoice_id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
        query('format', '`pdf` for the document itself.'),
      ],
      responses: answers(200, { type: 'object' }),
    },
  },
}
