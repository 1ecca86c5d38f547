import { answers, file, parameter, query, ref, type Paths } from '#kernel/openapi/parts.ts'

const tags = ['Imports']

export const paths: Paths = {
  '/api/v1/imports': {
    post: {
      tags,
      operationId: 'create_import',
      summary: 'Send a file of rows to create, or to change by their external id',
      parameters: [
        { ...query('noun', 'What the rows are: customers.'), required: true },
        query('mode', '`validate` to write nothing, `run` when left out.'),
        query('validate_only', '`true`: the same as mode=validate.'),
        query('mapping', 'JSON: field → column. Proposed from the names of the columns when left out.'),
        query('encoding', 'Found out when left out.'),
        query('delimiter', 'A comma, a semicolon, a tab or |. Found out when left out.'),
        query('file_name', 'What to call it in the list of imports.'),
        parameter('idempotency_key'),
      ],
      requestBody: { required: true, content: { 'text/csv': {} } },
      responses: answers(201, ref('import')),
    },
  },
  '/api/v1/imports/{id}/columns': {
    get: {
      tags,
      operationId: 'columns_of_import',
      summary: 'The columns of a file with samples, the fields they may go to, and the mapping proposed',
      parameters: [parameter('id')],
      responses: answers(200, { type: 'object' }),
    },
  },
  '/api/v1/imports/{id}/result': {
    get: {
      tags,
      operationId: 'result_of_import',
      summary: 'The file again with what became of each row, and what is wrong with it',
      parameters: [parameter('id'), query('only', '`failed`: only the rows that were refused.')],
      responses: file('text/csv'),
    },
  },
}
