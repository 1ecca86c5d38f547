import { today, type Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { invalid, invalidField, Refused, type FieldError } from '#kernel/refused.ts'
import { decodeBody } from '#kernel/shape.ts'
import { asResource, decoded, type StoredRow } from '#kernel/store.ts'
import { customers } from '#modules/customers/index.ts'
import type { Known } from './known.ts'
import { foldedName, labelsIn, type ByName } from './names.ts'
import type { ReadRow } from './row.ts'
import { addressTargets, otherTargets } from './targets.ts'

/** A row ready to be written: whose it is, and all it brings in stored values. */
export type ReadyRow = {
  index: number
  external_id: string | null
  customer_id: string
  /** The customer's fields; absent where the row only adds to a customer. */
  customer?: { values: Record<string, unknown>; existing: StoredRow | undefined }
  parent_id: string | null
  status: string | null
  address?: AddressOfRow | undefined
  contact?: ContactOfRow | undefined
  service?: ServiceOfRow | undefined
}
export type AddressOfRow = Record<string, unknown> & { street: string }
export type ContactOfRow = { name: string; email: string | null; phone: string | null; role: string | null }
export type ServiceOfRow = {
  tariff_id: string
  login: string | null
  password: string | null
  ipv4_address: string | null
  mac: string | null
  router_id: string | null
  description: string | null
  quantity: number
  price: bigint | null
  start_date: string | null
  external_id: string | null
  activate: boolean
  discount: { label: string; percent: bigint | null; amount: bigint | null; to_date: string | null } | null
}

/** What the file as a whole says about a row. */
export type Place = {
  /** The line of the row that brings the customer to whom this one adds something. */
  first?: { line: number; differs: Refused | undefined } | undefined
  /** The line of the row that brings its parent. */
  parent_line?: number | undefined
  alike_before: number
}

type Values = Record<string, unknown>

/** Judges a row completely and names every mistake of it. `ready` are the rows of this chunk before it, by external id. */
export async function prepare(
  ctx: Ctx,
  row: ReadRow,
  place: Place,
  known: Known,
  ready: ReadonlyMap<string, ReadyRow>,
): Promise<ReadyRow> {
  if (row.wrong) throw row.wrong
  const { other, body } = split(row.values)
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
  const external_id = typeof row.values.external_id === 'string' ? row.values.external_id : null
  const existing = external_id === null ? undefined : known.customers.get(external_id)
  if (existing === 'unseen')
    throw new Refused(
      409,
      'already_exists',
      'A customer with this external id exists, and you may not see it.',
    )
  const before = external_id === null ? undefined : ready.get(external_id)
  if (place.first?.differs) throw place.first.differs
  if (place.first && !existing && !before)
    throw new Refused(
      409,
      'customer_refused',
      `Line ${place.first.line}, which brings this customer, was refused.`,
    )
  const input = await all(() => decodeBody(ctx, otherTargets, other, 'input'))
  const parent = place.first ? undefined : await all(() => parentOf(other.parent, place, known, ready))
  const customer = place.first
    ? undefined
    : await all(() => customerOf(ctx, { other, body, existing, parent, known }))
  const service = input && (await all(() => serviceOf(ctx, input, known)))
  const address = input && (await all(() => addressOf(input, row.values)))
  if (errors.length > 0 || !input) throw invalid(errors)
  const customer_id = existing?.id ?? before?.customer_id ?? newId()
  const wanted: ReadyRow = {
    index: row.index,
    external_id,
    customer_id,
    ...(customer ? { customer: { values: customer, existing } } : {}),
    parent_id: parent?.id ?? null,
    status: existing || place.first ? null : ((input.status as string | undefined) ?? null),
    address,
    contact: contactOf(input, String(row.values.name ?? existing?.name ?? 'Contact')),
    service: service && !known.services.has(customer_id, service, place.alike_before) ? service : undefined,
  }
  return wanted
}

/** An empty cell says nothing here; whether it empties what the customer has is decided where it is known. */
function split(values: Values): { other: Values; body: Values } {
  const other: Values = {}
  const body: Values = {}
  for (const [field, value] of Object.entries(values)) {
    if (!Object.hasOwn(otherTargets, field)) body[field] = value
    else if (value !== null) other[field] = value
  }
  return { other, body }
}

async function customerOf(
  ctx: Ctx,
  {
    other,
    body,
    existing,
    parent,
    known,
  }: {
    other: Values
    body: Values
    existing: StoredRow | undefined
    parent: { id: string; partner_id: string | null } | undefined
    known: Known
  },
): Promise<Values> {
  const errors: FieldError[] = []
  const named = (field: 'partner' | 'labels', names: ByName, name: string) => {
    try {
      return [theOne(names, name, field)]
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      errors.push(...error.errors)
      return []
    }
  }
  const [partner_id] =
    typeof other.partner === 'string' ? named('partner', known.partners, other.partner) : []
  const label_ids =
    typeof other.labels === 'string'
      ? labelsIn(other.labels).flatMap((label) => named('labels', known.labels, label))
      : undefined
  const own: Values = {}
  const custom: Values = {}
  for (const [field, value] of Object.entries(body)) {
    if (value === null && (!existing || field.startsWith('custom.') || !mayBeEmpty(field))) continue
    if (field.startsWith('custom.')) custom[field.slice(7)] = value
    else own[field] = value
  }
  if (Object.keys(custom).length > 0) own.custom = custom
  if (partner_id) own.partner_id = partner_id
  try {
    const stored = await decoded(ctx, asResource(customers), own, existing ? 'update' : 'create')
    if (errors.length > 0) throw invalid(errors)
    const values = stored.values
    // Custom values that the file does not bring stay as they are.
    if (stored.custom) values.custom = existing ? withOld(existing, stored.custom) : stored.custom
    // Found by name among those the actor sees.
    if (label_ids) values.label_ids = [...new Set(label_ids)]
    if (parent) {
      values.parent_id = parent.id
      // An account is of its parent's partner where the file says nothing else.
      if (!existing && !partner_id && parent.partner_id) values.partner_id = parent.partner_id
    }
    return values
  } catch (error) {
    if (!(error instanceof Refused) || error.errors.length === 0 || errors.length === 0) throw error
    throw invalid([...new Set([...errors, ...error.errors])])
  }
}

function parentOf(
  named: unknown,
  { parent_line }: Place,
  known: Known,
  ready: ReadonlyMap<string, ReadyRow>,
): { id: string; partner_id: string | null } | undefined {
  if (typeof named !== 'string') return undefined
  const before = ready.get(named)
  if (before)
    return {
      id: before.customer_id,
      partner_id: (before.customer?.values.partner_id ?? before.customer?.existing?.partner_id ?? null) as
        | string
        | null,
    }
  const parent = known.parents.get(named)
  if (parent) return parent
  if (parent_line !== undefined)
    throw invalidField(
      'parent',
      'parent_refused',
      `Line ${parent_line}, which brings the parent “${named.slice(0, 60)}”, was refused.`,
    )
  throw invalidField(
    'parent',
    'no_such_customer',
    `There is no customer with the external id “${named.slice(0, 60)}”, in the file or here, to be the parent.`,
  )
}

function serviceOf(ctx: Ctx, input: Values, known: Known): ServiceOfRow | undefined {
  const { tariff, discount_percent = null, discount_amount = null } = input
  if (typeof tariff !== 'string') {
    if (input.login || input.ip)
      throw invalidField(
        'tariff',
        'required',
        'A login or an IP address belongs to a service, and a service needs its tariff.',
      )
    return undefined
  }
  if (discount_percent !== null && discount_amount !== null)
    throw invalidField('discount_amount', 'other_kind', 'A discount is either in percent or an amount.')
  const some = discount_percent !== null || (discount_amount !== null && discount_amount !== 0n)
  const to_date = (input.discount_until ?? null) as string | null
  const over = to_date !== null && to_date < today(ctx).toString()
  const given = (field: string) => (input[field] ?? null) as never
  return {
    tariff_id: theOne(known.tariffs, tariff, 'tariff'),
    login: given('login'),
    password: given('password'),
    ipv4_address: given('ip'),
    mac: given('mac'),
    router_id: typeof input.router === 'string' ? theOne(known.routers, input.router, 'router') : null,
    description: given('service_description'),
    quantity: (input.quantity ?? 1) as number,
    price: given('price'),
    start_date: given('start_date'),
    external_id: given('service_external_id'),
    activate: input.status !== 'new',
    // A discount that has run out in the other system is none here.
    discount:
      some && !over
        ? {
            label: typeof input.discount_label === 'string' ? input.discount_label : 'Discount',
            percent: discount_percent as bigint | null,
            amount: discount_amount as bigint | null,
            to_date,
          }
        : null,
  }
}

/** A position without a street is that of the address on the customer. */
function addressOf(input: Values, values: Values): AddressOfRow | undefined {
  if (input.gps)
    throw invalidField('gps', 'not_a_position', 'The position must be two numbers such as 50.0614,19.9366.')
  const brought = Object.keys(addressTargets).some((field) => input[field] !== undefined)
  if (!brought) return undefined
  const of = (field: string, instead: string) => {
    const said = input[field] ?? (input.service_street === undefined ? values[instead] : null)
    return typeof said === 'string' ? said : null
  }
  const street = of('service_street', 'street')
  if (!street)
    throw invalidField(
      'service_street',
      'required',
      'A service address needs its street, or what the place is called.',
    )
  return {
    street,
    unit: of('service_unit', ''),
    city: of('service_city', 'city'),
    postal_code: of('service_postal_code', 'postal_code'),
    country: of('service_country', 'country'),
    latitude: input.latitude ?? null,
    longitude: input.longitude ?? null,
  }
}

function contactOf(input: Values, name: string): ContactOfRow | undefined {
  const { contact_name, contact_email = null, contact_phone = null, contact_role = null } = input
  if (!contact_name && !contact_email && !contact_phone) return undefined
  return {
    name: typeof contact_name === 'string' ? contact_name : name.slice(0, 200),
    email: contact_email as string | null,
    phone: contact_phone as string | null,
    role: contact_role as string | null,
  }
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

function withOld(existing: StoredRow, custom: { value: unknown }): unknown {
  Object.assign(custom, { value: { ...(existing.custom as object), ...(custom.value as object) } })
  return custom
}
