import { answers, parameter, query, refused, type Paths } from '#kernel/openapi/parts.ts'

export const paths: Paths = {
  '/api/v1/document_templates/placeholders': {
    get: {
      tags: ['Document templates'],
      operationId: 'placeholders_of_documents',
      summary: 'What the texts of a template may name, with what each stands for',
      parameters: [query('kind', 'Of this kind of document; of all when left out.')],
      responses: answers(200, { type: 'object' }),
    },
  },
  '/api/v1/document_templates/{id}/preview': {
    get: {
      tags: ['Document templates'],
      operationId: 'preview_document_template',
      summary: 'A document by this template, filled with sample data, as PDF',
      parameters: [parameter('id')],
      responses: { '200': { description: 'A PDF', content: { 'application/pdf': {} } }, default: refused },
    },
  },
}
