import { answers, body, refused, type Paths } from '#kernel/openapi/parts.ts'

const tags = ['General']
const text = { type: 'string' }

export const paths: Paths = {
  '/api/v1/sign_in': {
    post: {
      tags,
      operationId: 'sign_in',
      summary: 'Open a session; the answer sets its cookie',
      security: [],
      requestBody: body({
        type: 'object',
        properties: {
          email: text,
          password: text,
          tenant: {
            ...text,
            description: 'The id or name of the ISP, where an address is known to several.',
          },
        },
        required: ['email', 'password'],
        additionalProperties: false,
      }),
      responses: answers(200, { type: 'object' }),
    },
  },
  '/api/v1/sign_out': {
    post: {
      tags,
      operationId: 'sign_out',
      summary: 'End the session of the cookie',
      security: [],
      responses: { 204: { description: 'Done' }, default: refused },
    },
  },
  '/api/v1/me': {
    get: {
      tags,
      operationId: 'me',
      summary: 'Who asks, of which ISP and partner, with which roles',
      responses: answers(200, { type: 'object' }),
    },
  },
}
