import { answers, parameter, query, type Paths } from '#kernel/openapi/parts.ts'

export const paths: Paths = {
  '/api/v1/services/{id}/explain': {
    get: {
      tags: ['Services'],
      operationId: 'explain_service',
      summary:
        'Why a service has its status, access, price and speed on a day, each step with the rows that decided',
      parameters: [parameter('id'), query('date', 'The day; today when left out.')],
      responses: answers(200, { type: 'object' }),
    },
  },
}
