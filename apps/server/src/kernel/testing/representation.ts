/** How the API prints each kind of field, pinned: two storages must not print one value in two ways. */
export function representations(currency_digits: number): Record<string, (value: unknown) => boolean> {
  const like = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value)
  const text = (value: unknown) => typeof value === 'string'
  const whole = (value: unknown) => Number.isSafeInteger(value)
  const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
  return {
    text,
    long_text: text,
    email: like(/^\S+@\S+$/),
    phone: text,
    url: like(/^https?:/),
    choice: text,
    mac: like(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
    ip: like(/^[0-9a-f.:]+$/),
    cidr: like(/^[0-9a-f.:]+\/\d{1,3}$/),
    integer: whole,
    bytes: whole,
    kbps: whole,
    money: like(currency_digits === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${currency_digits}}$`)),
    decimal: like(/^-?\d+(\.\d*[1-9])?$/),
    percent: like(/^-?\d+(\.\d*[1-9])?$/),
    boolean: (value) => typeof value === 'boolean',
    date: like(/^\d{4}-\d\d-\d\d$/),
    datetime: like(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    reference: like(id),
    references: (value) =>
      Array.isArray(value) && value.every((entry) => typeof entry === 'string' && id.test(entry)),
    json: (value) => value !== undefined,
    secret: (value) => value === 'set',
  }
}
