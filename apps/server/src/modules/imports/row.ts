import type { Ctx } from '#kernel/ctx.ts'
import { invalid, Refused, type FieldError } from '#kernel/refused.ts'
import type { Field } from '#kernel/resource.ts'
import { decodeBody } from '#kernel/shape.ts'
import { asResource, decoded, type StoredRow } from '#kernel/store.ts'
import { customers } from '#modules/customers/index.ts'
import { cellValue } from './cells.ts'
import { otherTargets, type Mapping } from './mapping.ts'
import { foldedName, type ByName } from './names.ts'
import type { FileRow } from './rows.ts'

/** A row's cells by field, before anything is judged. */
export type ReadRow = { index: number; line: number; values: Record<string, unknown>; wrong: string | null }

/** A row ready to be written: stored values of the customer, and the service it brings. */
export type ReadyRow = {
  index: number
  existing: StoredRow | undefined
  values: Record<string, unknown>
  service: ServiceOfRow | undefined
}
export type ServiceOfRow = {
  tariff_id: string
  login: string | null
  password: string | null
  ipv4_address: string | null
  price: bigint | null
  start_date: string | null
}
export type Names = { partners: ByName; labels: ByName; tariffs: ByName }

export function readRow(
  row: FileRow,
  columns: readonly string[],
  mapping: Mapping,
  targets: Record<string, Field>,
): ReadRow {
  const surplus = row.cells.slice(columns.length).some((cell) => cell.trim() !== '')
  const wrong =
    row.cells.length < columns.length || surplus
      ? `Line ${row.line} has ${row.cells.length} cells, the header has ${columns.length}.`
      : null
  const values: Record<string, unknown> = {}
  for (const [field, column] of Object.entries(mapping))
    values[field] = cellValue(targets[field]!, row.cells[columns.indexOf(column)] ?? '')
  return { index: row.index, line: row.line, values, wrong }
}

/** Judges a row completely and names every mistake of it. `existing` is the customer with its external id. */
export async function prepare(
  ctx: Ctx,
  row: ReadRow,
  existing: StoredRow | undefined,
  names: Names,
): Promise<ReadyRow> {
  if (row.wrong) throw new Refused(422, 'wrong_column_count', row.wrong)
  const errors: FieldError[] = []
  const all = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Refused) || error.errors.length === 0) throw error
      errors.push(...error.errors)
      return undefined
    }
  }
  const { other, body } = split(row.values, existing !== undefined)
  const decodedOther = await all(() => decodeBody(ctx, otherTargets, other, 'input'))
  for (const [field, name, known] of [
    ['partner', 'partner_id', names.partners],
    ['tariff', 'tariff_id', names.tariffs],
  ] as const) {
    if (typeof other[field] !== 'string') continue
    const found = await all(() => theOne(known, String(other[field]), field))
    if (found && name === 'partner_id') body.partner_id = found
  }
  if (typeof other.labels === 'string') {
    const ids = other.labels
      .split(/[,;|]/)
      .map((label) => label.trim())
      .filter(Boolean)
    body.label_ids = (
      await Promise.all(ids.map((label) => all(() => theOne(names.labels, label, 'labels'))))
    ).filter((found) => found !== undefined)
  }
  const stored = await all(() => decoded(ctx, asResource(customers), body, existing ? 'update' : 'create'))
  if (errors.length > 0 || !stored || !decodedOther) throw invalid(errors)
  const { values, custom } = stored
  // Custom values that the file does not bring stay as they are.
  if (custom) values.custom = existing ? withOld(existing, custom) : custom
  const service = serviceOf(decodedOther, names)
  return { index: row.index, existing, values, service }
}

/** An empty cell says nothing about a new customer, and empties what an existing one has where it may be empty. */
function split(values: Record<string, unknown>, known: boolean) {
  const other: Record<string, unknown> = {}
  const body: Record<string, unknown> = {}
  const custom: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(values)) {
    if (Object.hasOwn(otherTargets, field)) {
      if (value !== null) other[field] = value
      continue
    }
    if (value === null && (!known || field.startsWith('custom.') || !mayBeEmpty(field))) continue
    if (field.startsWith('custom.')) custom[field.slice(7)] = value
    else body[field] = value
  }
  if (Object.keys(custom).length > 0) body.custom = custom
  return { other, body }
}

const mayBeEmpty = (field: string) => asResource(customers).fields[field]?.nullable === true

function theOne(known: ByName, name: string, field: string): string {
  const ids = known.get(foldedName(name)) ?? []
  const what = field === 'labels' ? 'label' : field
  if (ids.length === 1) return ids[0]!
  const [code, detail] =
    ids.length === 0
      ? [`no_such_${what}`, `There is no ${what} called “${name}”.`]
      : ['ambiguous', `More than one ${what} is called “${name}”.`]
  throw invalid([{ field, code, detail }])
}

function serviceOf(input: Record<string, unknown>, names: Names): ServiceOfRow | undefined {
  const { tariff, login = null, password = null, ip = null, price = null, start_date = null } = input
  if (typeof tariff !== 'string') {
    if (login !== null || ip !== null)
      throw invalid([
        {
          field: 'tariff',
          code: 'required',
          detail: 'A login or an IP address belongs to a service, and a service needs its tariff.',
        },
      ])
    return undefined
  }
  return {
    tariff_id: theOne(names.tariffs, tariff, 'tariff'),
    login,
    password,
    ipv4_address: ip,
    price,
    start_date,
  } as ServiceOfRow
}

function withOld(existing: StoredRow, custom: { value: unknown }): unknown {
  Object.assign(custom, { value: { ...(existing.custom as object), ...(custom.value as object) } })
  return custom
}
