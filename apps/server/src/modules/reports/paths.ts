import { answers, query, type Paths } from '#kernel/openapi/parts.ts'

const tags = ['Reports']
const days = [
  query('from', 'First day, YYYY-MM-DD; eleven months before this one when left out.'),
  query('to', 'Last day; today when left out.'),
]

export const paths: Paths = {
  '/api/v1/reports/churn': {
    get: {
      tags,
      operationId: 'churn',
      summary: 'Who came and who left, period by period, and what it did to recurring revenue',
      parameters: [...days, query('by', 'day, week, month, quarter or year.')],
      responses: answers(200, { type: 'object' }),
    },
  },
  '/api/v1/reports/churn/by/{of}': {
    get: {
      tags,
      operationId: 'churn_by',
      summary: 'Who came and who left in a stretch of time, by partner or by reason',
      parameters: [
        { name: 'of', in: 'path', required: true, schema: { enum: ['partner', 'reason'] } },
        ...days,
      ],
      responses: answers(200, { type: 'object' }),
    },
  },
}
