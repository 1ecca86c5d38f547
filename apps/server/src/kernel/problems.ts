import type { FastifyReply, FastifyRequest } from 'fastify'
import { DatabaseError } from 'pg'
import { Refused } from './refused.ts'
import { inSentence, words } from './resource.ts'

/** RFC 9457 problem details. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, refusal: Refused): FastifyReply {
  return reply
    .code(refusal.status)
    .headers(refusal.headers)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problemOf(refusal), request_id: request.id }))
}

/** A refusal as RFC 9457 has it. */
export const problemOf = (refusal: Refused) => ({
  type: `/api/docs/problems#${refusal.code}`,
  title: words(refusal.code),
  status: refusal.status,
  code: refusal.code,
  detail: refusal.message,
  ...(refusal.errors.length > 0 ? { errors: refusal.errors } : {}),
})

/** Everything that can be thrown, as the refusal a client gets. `undefined` is a defect of ours: a 500. */
export function refusalOf(error: unknown): Refused | undefined {
  if (error instanceof Refused) return error
  if (error instanceof DatabaseError) return databaseRefusal(error)
  if (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode < 500
  ) {
    return frameworkRefusal(error, error.statusCode)
  }
  if (
    error instanceof Error &&
    /timeout exceeded when trying to connect|ECONNREFUSED|Connection terminated|terminating connection/.test(
      error.message,
    )
  )
    return unavailable
  return undefined
}

const unavailable = new Refused(
  503,
  'database_unavailable',
  'The database cannot be reached at the moment. Try again in a few seconds.',
  {
    headers: { 'retry-after': '2' },
  },
)

/** The database guards; its refusals speak of the field they guard. */
function databaseRefusal(error: DatabaseError): Refused | undefined {
  const field = error.column ?? fieldOfConstraint(error)
  const name = field ? words(field.replace(/^custom\./, '')) : 'This'
  const errors = (code: string, detail: string) => (field ? { errors: [{ field, code, detail }] } : {})
  switch (error.code) {
    case '23505': {
      const detail = `${name} is already in use. It must be unique.`
      return new Refused(409, 'already_exists', detail, errors('already_exists', detail))
    }
    case '23503': {
      const missing = !error.message.startsWith('update or delete')
      const noun = field.replace(/^custom\./, '').replace(/_id$/, '')
      const detail = missing
        ? `There is no ${inSentence(words(noun))} with this id, or you may not see it.`
        : `It is still used by ${inSentence(words(error.table ?? 'other rows'))}, so it cannot be removed.`
      return missing
        ? new Refused(422, 'invalid', detail, errors(`no_such_${noun}`, detail))
        : new Refused(409, 'still_used', detail)
    }
    case '23514': {
      const constraint = error.constraint ?? 'a rule of the database'
      // A check on one column is called {table}_{column}_check.
      const prefix = `${error.table}_`
      const own = constraint.startsWith(prefix) && constraint.endsWith('_check')
      const checked = own ? constraint.slice(prefix.length, -'_check'.length) : constraint
      const detail = own ? `${words(checked)} is not acceptable.` : sentenceOf(constraint)
      const code = own ? 'not_acceptable' : constraint
      return new Refused(422, 'invalid', detail, { errors: [{ field: checked, code, detail }] })
    }
    case '23502':
      return new Refused(422, 'invalid', `${words(error.column ?? 'A field')} is required.`)
    case '23P01':
      return new Refused(
        409,
        'overlaps',
        `This overlaps what is there already (${words(error.constraint ?? 'period')}).`,
      )
    case '22001':
    case '22003':
    case '22007':
    case '22008':
    case '22021':
    case '22P02':
    case '22P05':
      return new Refused(
        422,
        'invalid',
        'A value cannot be stored: it is out of range or not in the right form.',
      )
    case '40001':
    case '40P01':
      return new Refused(
        409,
        'try_again',
        'Somebody else changed the same rows at the same moment. Try again.',
        { headers: { 'retry-after': '1' } },
      )
    case '55P03':
    case '57014':
      return new Refused(503, 'too_slow', 'This took too long and was stopped; nothing was changed.', {
        headers: { 'retry-after': '5' },
      })
    case '57P01':
    case '57P02':
    case '57P03':
    case '53300':
    case '08006':
    case '08003':
      return unavailable
    case 'IR001':
      return new Refused(409, error.hint ?? 'refused', error.message)
    default:
      return undefined
  }
}

/**
 * Under row-level security PostgreSQL leaves the key out of its messages, so the field is read from the constraint's name:
 * `customers_tenant_id_parent_id_fkey` is about `parent_id`.
 */
function fieldOfConstraint({ constraint = '', table = '' }: DatabaseError): string {
  return constraint
    .replace(`${table}_`, '')
    .replace(/^tenant_id_/, '')
    .replace(/_(fkey\d*|key\d*|idx\d*)$/, '')
    .replace(/_partner_id$/, '')
}

const sentenceOf = (constraint: string) => `This breaks the rule “${words(constraint).toLowerCase()}”.`

function frameworkRefusal(error: Error, status: number): Refused {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (status === 413) return new Refused(413, 'too_large', 'The body is larger than this endpoint takes.')
  if (status === 415)
    return new Refused(415, 'unsupported_media_type', 'Send JSON with Content-Type: application/json.')
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return new Refused(400, 'empty_body', 'The body is empty; send a JSON object.')
  if (status === 404) return new Refused(404, 'not_found', 'There is nothing at this address.')
  return new Refused(
    status === 400 ? 400 : status,
    'bad_request',
    `The request cannot be read: ${error.message}`,
  )
}
