import { answers, body, type Paths } from '#kernel/openapi/parts.ts'

const name = { name: 'name', in: 'path', required: true, schema: { type: 'string' } } as const

export const paths: Paths = {
  '/api/v1/presets': {
    get: {
      tags: ['Tariffs'],
      operationId: 'presets',
      summary: 'What a kind of ISP usually begins with: tariffs, taxes, document templates, labels, roles',
      responses: answers(200, { type: 'object' }),
    },
  },
  '/api/v1/presets/{name}/apply': {
    post: {
      tags: ['Tariffs'],
      operationId: 'apply_preset',
      summary: 'Add what of a preset is not there yet; dry_run says what that would be',
      parameters: [name],
      requestBody: body(
        {
          type: 'object',
          properties: {
            tax_rate: { type: 'string', description: 'Percent, instead of the preset’s.' },
            dry_run: { type: 'boolean' },
          },
        },
        false,
      ),
      responses: answers(200, { type: 'object' }),
    },
  },
}
