import { answers, parameter, query, refused, type Paths } from '#kernel/openapi/parts.ts'

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
  '/api/v1/personal_data_exports/{id}/content': {
    get: {
      tags: ['Exports of personal data'],
      operationId: 'content_of_personal_data_export',
      summary: 'The file of an export: a ZIP. Each download is recorded',
      parameters: [parameter('id')],
      responses: { '200': { description: 'The file', content: { 'application/zip': {} } }, default: refused },
    },
  },
}
