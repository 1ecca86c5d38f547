import { answers, file, parameter, query, ref, type Paths } from '#kernel/openapi/parts.ts'

const tags = ['Files']
const bytes = { schema: { type: 'string', format: 'binary' } }

export const paths: Paths = {
  '/api/v1/files': {
    post: {
      tags,
      operationId: 'create_file',
      summary: 'Attach a file to a row: its content as the body, or multipart/form-data with one file',
      parameters: [
        { ...query('noun', 'What it is attached to: customer.'), required: true },
        { ...query('row_id', 'Which one.'), required: true },
        query('name', 'Its name. That of the uploaded file when left out.'),
        query('description', 'What it is.'),
        parameter('idempotency_key'),
      ],
      requestBody: { required: true, content: { 'application/octet-stream': bytes } },
      responses: answers(201, ref('file')),
    },
  },
  '/api/v1/files/{id}/content': {
    get: {
      tags,
      operationId: 'content_of_file',
      summary: 'The content of a file, or the part of it that the header Range asks for',
      parameters: [parameter('id'), query('inline', '`true` to show it in a browser, where that is safe.')],
      responses: file('application/octet-stream'),
    },
  },
}
