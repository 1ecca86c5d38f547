import { answers, type Paths } from './parts.ts'

const tags = ['General']

/** What the kernel answers beside the nouns. A module's own routes are described in its `paths`. */
export const kernelPaths: Paths = {
  '/api/v1/meta': {
    get: {
      tags,
      operationId: 'meta',
      summary: 'The tenant, who asks, and every noun with its fields and verbs as this actor may use them',
      responses: answers(200, { type: 'object' }),
    },
  },
  '/api/v1/openapi.json': {
    get: {
      tags,
      operationId: 'openapi',
      summary: 'This description, for programs',
      responses: answers(200, { type: 'object' }),
    },
  },
}
