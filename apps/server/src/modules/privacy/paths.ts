import { answers, parameter, query, refused, type Paths } from '#kernel/openapi/parts.ts'

const asIssued = (noun: string, what: string) => ({
  tags: ['Erasures'],
  operationId: `original_${noun}_of_erasure`,
  summary: `${what} as it was issued to a customer who is erased, while the law wants it kept`,
  parameters: [
    parameter('id'),
    { name: 'document_id', in: 'path' as const, required: true, schema: { type: 'string', format: 'uuid' } },
    query('format', '`pdf` for the document itself.'),
  ],
  responses: answers(200, { type: 'object' }),
})

export const paths: Paths = {
  '/api/v1/erasures/{id}/invoices/{document_id}': { get: asIssued('invoice', 'An invoice') },
  '/api/v1/erasures/{id}/credit_notes/{document_id}': { get: asIssued('credit_note', 'A credit note') },
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
