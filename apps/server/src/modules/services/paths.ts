import { answers, parameter, query, refused, type Paths } from '#kernel/openapi/parts.ts'

export const paths: Paths = {
  '/api/v1/services/{id}/contract': {
    get: {
      tags: ['Services'],
      operationId: 'contract_of_service',
      summary: 'The contract as it would be issued now',
      parameters: [parameter('id')],
      responses: { '200': { description: 'A PDF', content: { 'application/pdf': {} } }, default: refused },
    },
  },
  '/api/v1/contracts/{id}/pdf': {
    get: {
      tags: ['Contracts'],
      operationId: 'pdf_of_contract',
      summary: 'A contract as it was issued',
      parameters: [parameter('id')],
      responses: { '200': { description: 'A PDF', content: { 'application/pdf': {} } }, default: refused },
    },
  },
  '/api/v1/services/{id}/contract_terms': {
    get: {
      tags: ['Services'],
      operationId: 'contract_terms_of_service',
      summary: 'How the contract stands: its term, when it may end, what ending on a day costs',
      parameters: [parameter('id'), query('date', 'The day; today when left out.')],
      responses: answers(200, { type: 'object' }),
    },
  },
}
