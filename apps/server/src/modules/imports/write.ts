import type { Ctx } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { changeMany, insertMany } from '#kernel/many.ts'
import { takeNumbers } from '#kernel/numbers.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn, lock, type StoredRow } from '#kernel/store.ts'
import {
  activateCustomer,
  blockCustomer,
  contacts,
  customers,
  disableCustomer,
  serveCustomersAt,
} from '#modules/customers/index.ts'
import { postOpeningBalances } from '#modules/payments/index.ts'
import { addMacs, addServices, discountInvoices, discountNewServices } from '#modules/services/index.ts'
import type { Outcome } from './chunk.ts'
import type { ContactOfRow, ReadyRow, ServiceOfRow } from './ready.ts'

/** Writes rows with all they bring, in a few statements for all of them. All are written or, where one is refused, none. */
export async function writeRows(ctx: Ctx, rows: readonly ReadyRow[]): Promise<Outcome[]> {
  const touched = new Set<ReadyRow>()
  await writeCustomers(ctx, rows, touched)
  const places = await writeAddresses(ctx, rows, touched)
  await writeContacts(ctx, rows, touched)
  await writeServices(ctx, rows, places, touched)
  await writeDiscounts(ctx, rows, touched)
  await writeOpenings(ctx, rows, touched)
  await takeStatuses(ctx, rows)
  return rows.map((row) => {
    const fresh = row.customer ? !row.customer.existing : touched.has(row)
    return {
      index: row.index,
      status: touched.has(row) ? 'ok' : 'skipped',
      action: touched.has(row) ? (fresh ? 'created' : 'updated') : null,
      row_id: row.customer_id,
      error: null,
    }
  })
}

async function writeCustomers(ctx: Ctx, rows: readonly ReadyRow[], touched: Set<ReadyRow>): Promise<void> {
  const noun = asResource(customers)
  const own = rows.flatMap((row) => (row.customer ? [{ row, ...row.customer }] : []))
  const fresh = own.filter(({ existing }) => !existing)
  const numbers = fresh.length > 0 ? await takeNumbers(ctx, 'customer', fresh.length) : []
  await insertMany(
    ctx,
    noun,
    fresh.map(({ row, values }, n) => ({ ...values, id: row.customer_id, number: numbers[n] })),
  )
  for (const { row } of fresh) touched.add(row)
  const old = own.flatMap(({ row, values, existing }) => (existing ? [{ row, values, existing }] : []))
  const changed = await changeMany(
    ctx,
    noun,
    old.map(({ existing, values }) => ({ row: existing, changes: values })),
  )
  old.forEach(({ row }, n) => {
    if (changed[n]) touched.add(row)
  })
}

/** A customer is served at the address of the row that brings it; a further row's is where its service is. */
async function writeAddresses(
  ctx: Ctx,
  rows: readonly ReadyRow[],
  touched: Set<ReadyRow>,
): Promise<Map<ReadyRow, string>> {
  const brought = rows.filter((row) => row.address)
  const { ids, changed } = await serveCustomersAt(
    ctx,
    brought.map(({ customer_id, address, customer }) => ({
      customer_id,
      address: address!,
      main: customer !== undefined,
    })),
  )
  for (const row of brought) if (changed.has(row.customer_id)) touched.add(row)
  return new Map(brought.flatMap((row, n) => (row.customer ? [] : [[row, ids[n]!]])))
}

/** A contact is known again by its name. */
async function writeContacts(ctx: Ctx, rows: readonly ReadyRow[], touched: Set<ReadyRow>): Promise<void> {
  const brought = rows.filter((row) => row.contact)
  if (brought.length === 0) return
  const noun = asResource(contacts)
  const had = await ctx.db.all(sql<StoredRow>`
    select ${everyColumn(noun)} from contacts
    where customer_id = any(${brought.map(({ customer_id }) => customer_id)}::uuid[])
    order by id
    for no key update`)
  const keyOf = (customer_id: string, name: unknown) => `${customer_id} ${String(name).toLowerCase()}`
  const known = new Map(had.map((row) => [keyOf(String(row.customer_id), row.name), row]))
  const taken = new Set<string>()
  const [fresh, old]: [ReadyRow[], { row: ReadyRow; contact: StoredRow }[]] = [[], []]
  for (const row of brought) {
    const key = keyOf(row.customer_id, row.contact!.name)
    const contact = known.get(key)
    if (contact) old.push({ row, contact })
    else if (!taken.has(key)) fresh.push(row)
    taken.add(key)
  }
  await insertMany(
    ctx,
    noun,
    fresh.map(({ customer_id, contact }) => ({ customer_id, ...newContact(contact!) })),
  )
  const changed = await changeMany(
    ctx,
    noun,
    old.map(({ row, contact }) => ({ row: contact, changes: said(row.contact!) })),
  )
  for (const row of fresh) touched.add(row)
  old.forEach(({ row }, n) => {
    if (changed[n]) touched.add(row)
  })
}

async function writeServices(
  ctx: Ctx,
  rows: readonly ReadyRow[],
  places: ReadonlyMap<ReadyRow, string>,
  touched: Set<ReadyRow>,
): Promise<void> {
  const bringing = rows.flatMap((row) => (row.service ? [{ row, service: row.service }] : []))
  const added = await addServices(
    ctx,
    bringing.map(({ row, service }) => ({
      ...withoutFurther(service),
      customer_id: row.customer_id,
      service_address_id: places.get(row) ?? null,
    })),
  )
  await addMacs(
    ctx,
    bringing.map(({ service }, n) => ({ service: added[n]!, macs: service.further_macs })),
  )
  await discountNewServices(
    ctx,
    bringing.flatMap(({ service }, n) =>
      service.discount ? [{ service: added[n]!, ...service.discount }] : [],
    ),
  )
  for (const { row } of bringing) touched.add(row)
}

async function writeDiscounts(ctx: Ctx, rows: readonly ReadyRow[], touched: Set<ReadyRow>): Promise<void> {
  const discounted = rows.flatMap((row) => (row.discount ? [{ row, discount: row.discount }] : []))
  await discountInvoices(
    ctx,
    discounted.map(({ row, discount }) => ({ customer_id: row.customer_id, ...discount })),
  )
  for (const { row } of discounted) touched.add(row)
}

async function writeOpenings(ctx: Ctx, rows: readonly ReadyRow[], touched: Set<ReadyRow>): Promise<void> {
  const opened = rows.flatMap((row) => (row.opening ? [{ row, opening: row.opening }] : []))
  await postOpeningBalances(
    ctx,
    opened.map(({ row, opening }) => ({ customer_id: row.customer_id, ...opening })),
  )
  for (const { row } of opened) touched.add(row)
}

/** How a customer stood where it comes from, by the verbs that lead there. */
async function takeStatuses(ctx: Ctx, rows: readonly ReadyRow[]): Promise<void> {
  const reason = 'as it was in the system it comes from'
  for (const { customer, customer_id, status } of rows) {
    if (!customer || customer.existing || status === null || status === 'new') continue
    const row = await lock(ctx, customers, customer_id)
    if (status === 'disabled') {
      await disableCustomer(ctx, row, { reason })
      continue
    }
    const active = row.status === 'new' ? await activateCustomer(ctx, row, { reason }) : row
    if (status === 'blocked') await blockCustomer(ctx, active, { reason })
  }
}

const withoutFurther = ({ discount: _discount, further_macs: _macs, ...service }: ServiceOfRow) => service

const newContact = ({ role, ...contact }: ContactOfRow) => ({
  ...contact,
  role: role ?? 'general',
  roles: new JsonValue([role ?? 'general']),
  preferences: new JsonValue({}),
})

/** What is not said of a contact stays as it is. */
const said = (contact: ContactOfRow) =>
  Object.fromEntries(Object.entries(contact).filter(([, value]) => value !== null))
