import { answers, file, parameter, query, ref, type Paths } from '#kernel/openapi/parts.ts'

const page = answers(200, { type: 'object' })

const linesOf = (plural: string, tag: string, noun: string, label: string): Paths => ({
  [`/api/v1/${plural}/{id}/lines`]: {
    get: {
      tags: [tag],
      operationId: `lines_of_${noun}`,
      summary: `The lines of ${label}, in the order in which they are printed`,
      parameters: [parameter('id'), parameter('include')],
      responses: answers(200, {
        type: 'object',
        properties: { data: { type: 'array', items: ref(`${noun}_line`) }, _refs: { type: 'object' } },
        required: ['data'],
      }),
    },
  },
  [`/api/v1/${plural}/{id}/pdf`]: {
    get: {
      tags: [tag],
      operationId: `pdf_of_${noun}`,
      summary: `The PDF of ${label}`,
      parameters: [parameter('id')],
      responses: file('application/pdf', 'The document'),
    },
  },
})

export const paths: Paths = {
  '/api/v1/billing_runs/{id}/preview': {
    get: {
      tags: ['Billing runs'],
      operationId: 'preview_of_billing_run',
      summary: 'What a run would bill each customer, and how that differs from the run before',
      parameters: [
        parameter('id'),
        query('change', 'Only these, separated by commas: new, gone, up, down, same.'),
        query('sort', 'odd, name, difference, total or customer_id, with a leading minus to descend.'),
        parameter('limit'),
        parameter('cursor'),
      ],
      responses: page,
    },
  },
  ...linesOf('invoices', 'Invoices', 'invoice', 'an invoice'),
  ...linesOf('credit_notes', 'Credit notes', 'credit_note', 'a credit note'),
  '/api/v1/services/{id}/explain': {
    get: {
      tags: ['Services'],
      operationId: 'explain_service',
      summary:
        'Why a service has its status, access, price and speed on a day, each step with the rows that decided',
      parameters: [parameter('id'), query('date', 'The day; today when left out.')],
      responses: page,
    },
  },
}
