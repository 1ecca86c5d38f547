import { answers, type Paths } from '#kernel/openapi/parts.ts'

const finding = {
  type: 'object',
  properties: {
    check: { type: 'string' },
    status: { type: 'string', enum: ['ok', 'warning', 'problem'] },
    sentence: { type: 'string' },
    advice: { type: 'string' },
    tenant: { type: 'string' },
  },
  required: ['check', 'status', 'sentence'],
}

export const paths: Paths = {
  '/api/v1/doctor': {
    get: {
      tags: ['General'],
      operationId: 'doctor',
      summary: 'How the installation is: database, books, jobs, backups, settings, and what to do about each',
      responses: answers(200, {
        type: 'object',
        properties: { status: finding.properties.status, checks: { type: 'array', items: finding } },
        required: ['status', 'checks'],
      }),
    },
  },
}
