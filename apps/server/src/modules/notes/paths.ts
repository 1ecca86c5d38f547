import { answers, listParameters, type Paths } from '#kernel/openapi/parts.ts'

export const paths: Paths = {
  '/api/v1/todos/mine': {
    get: {
      tags: ['Todos'],
      operationId: 'my_todos',
      summary: 'What is left for whoever asks, the most urgent first, and what each hangs on',
      parameters: listParameters,
      responses: answers(200, { type: 'object' }),
    },
  },
}
