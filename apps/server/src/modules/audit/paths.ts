import { answers, parameter, query, refused, type Paths } from '#kernel/openapi/parts.ts'

const tags = ['General']

export const paths: Paths = {
  '/api/v1/search': {
    get: {
      tags,
      operationId: 'search',
      summary: 'Rows of every noun you may see, by name, number, telephone, e-mail, login, IP, MAC',
      parameters: [query('q', 'What to look for.'), query('limit', 'At most 99; 20 when left out.')],
      responses: answers(200, { type: 'object' }),
    },
  },
  '/api/v1/jobs': {
    get: {
      tags,
      operationId: 'jobs',
      summary: 'The queue of work: what waits, runs, is tried again, has failed',
      responses: answers(200, { type: 'object' }),
    },
  },
  '/api/v1/bulk_jobs/{id}/result': {
    get: {
      tags: ['Bulk jobs'],
      operationId: 'result_of_bulk_job',
      summary: 'The result of each row',
      parameters: [parameter('id')],
      responses: {
        '200': { description: 'A line a row', content: { 'application/x-ndjson': {} } },
        default: refused,
      },
    },
  },
}
