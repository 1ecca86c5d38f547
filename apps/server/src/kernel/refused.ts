/**
 * What can happen and is not a defect: answered as RFC 9457 `application/problem+json` with a stable `code`, and a sentence
 * that tells a person what to do next.
 */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly errors: readonly FieldError[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { errors?: readonly FieldError[]; headers?: Record<string, string> } = {},
  ) {
    super(detail)
    this.name = 'Refused'
    this.status = status
    this.code = code
    this.errors = more.errors ?? []
    this.headers = more.headers ?? {}
  }
}

export type FieldError = { field: string; code: string; detail: string }

export const notFound = (label: string) =>
  new Refused(404, 'not_found', `There is no such ${label.toLowerCase()}, or you may not see it.`)

export const invalid = (errors: readonly FieldError[]) =>
  new Refused(422, 'invalid', errors.map((error) => error.detail).join(' '), { errors })

export const invalidField = (field: string, code: string, detail: string) =>
  invalid([{ field, code, detail }])

export const moneyNeedsKey = () =>
  new Refused(
    400,
    'idempotency_key_required',
    'Money moves here: send an Idempotency-Key header, a new UUID for each payment, the same one when you repeat it.',
  )
