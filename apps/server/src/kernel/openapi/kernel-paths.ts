import { answers, query, refused, type Paths } from './parts.ts'

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
  '/api/v1/stream': {
    get: {
      tags,
      operationId: 'stream',
      summary: 'What happens, as it happens: server-sent events',
      parameters: [
        query('nouns', 'Only events about these nouns, separated by commas.'),
        query('last_event_id', 'Where to go on; the same as the header Last-Event-ID.'),
      ],
      responses: {
        '200': {
          description: 'Events, until the connection is closed',
          content: { 'text/event-stream': {} },
        },
        default: refused,
      },
    },
  },
}
