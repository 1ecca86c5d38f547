import type { Ctx } from '#kernel/ctx.ts'
import { columnOf } from '#kernel/resource.ts'
import { id, sql } from '#kernel/sql.ts'
import { collected } from './erase-rows.ts'
import { mentionsOf, type Mentions } from './mentions.ts'

/** Fields by which a person is known, and whether by them alone. What somebody wrote about the person is no name. */
const names: Record<string, Record<string, boolean>> = {
  customer: {
    name: true,
    first_name: false,
    last_name: false,
    legal_name: true,
    company_number: true,
    email: true,
    phone: true,
    street: true,
    city: false,
    postal_code: false,
    tax_id: true,
    external_id: true,
  },
  contact: { name: true, email: true, phone: true },
  address: { street: true, unit: false, city: false, postal_code: false, external_id: true },
  service: { login: true, mac: true, ipv4_address: true, description: true, external_id: true },
  // The ledger repeats these.
  payment: { reference: false, comment: false, refund_reason: false },
  invoice: { void_reason: false },
}
const onDocuments = ['name', 'email', 'street', 'city', 'postal_code', 'tax_id']

/** By what the person is known, and was: the rows as they are, their past in the audit, and whom documents were issued to. */
export async function knownOf(
  ctx: Ctx,
  erasure_id: string,
  instead: string,
  others: readonly string[] = [],
): Promise<Mentions> {
  const theirs = new Set(others.map((value) => value.trim().toLowerCase()))
  const known: string[] = []
  const telling: string[] = []
  const take = (value: unknown, tells: boolean) => {
    if (typeof value !== 'string' || theirs.has(value.trim().toLowerCase())) return
    known.push(value)
    if (tells) telling.push(value)
  }
  for (const [name, fields] of Object.entries(names)) {
    const noun = ctx.app.nouns.byName(ctx, name)
    if (!noun) continue
    const rows = await ctx.db.all(sql<Record<string, unknown>>`
      select to_jsonb(r) as row from ${id(noun.table)} r where id in (${collected(erasure_id, noun)})`)
    for (const { row } of rows as { row: Record<string, unknown> }[]) {
      for (const [field, tells] of Object.entries(fields)) take(row[columnOf(noun, field)], tells)
      for (const value of Object.values((row.custom as object | undefined) ?? {})) take(value, false)
    }
    const past = await ctx.db.all(sql<{ changes: Record<string, unknown> }>`
      select changes from audit_events where noun = ${name} and row_id in (${collected(erasure_id, noun)})`)
    for (const { changes } of past)
      for (const [field, tells] of Object.entries(fields))
        for (const value of (changes[field] as unknown[] | undefined) ?? []) take(value, tells)
  }
  for (const table of ['invoices', 'credit_notes']) {
    const parties = await ctx.db.all(sql<{ bill_to: Record<string, unknown> | null }>`
      select distinct bill_to from ${id(table)} where id in (select row_id from erasure_rows where erasure_id = ${erasure_id})`)
    for (const { bill_to } of parties)
      for (const field of onDocuments) take(bill_to?.[field], field === 'name')
  }
  return mentionsOf(known, telling, instead)
}
