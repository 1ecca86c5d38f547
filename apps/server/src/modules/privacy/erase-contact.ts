import { command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { newId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, lock } from '#kernel/store.ts'
import { contacts, customers, type Contact } from '#modules/customers/index.ts'
import { erasures, type Erasure } from './erasures.ts'
import { forget } from './forget.ts'

/** One person of a customer's asks to be forgotten; the customer, its services and its books stay as they are. */
export const eraseContact = command(
  contacts,
  'erase',
  {
    label: 'Erase personal data',
    danger: true,
    answers: asResource(erasures),
    input: {
      reason: {
        kind: 'text',
        max: 500,
        help: 'Why, such as “asked by letter of 3 May”. What names the person in it is left out.',
      },
    },
    help: 'Cannot be undone. Name, e-mail, telephone, notes and consents of this person go; the customer stays.',
    unless: (contact) => (contact.erased_at ? 'This contact is erased already.' : null),
  },
  (ctx, contact, { reason }) => {
    mustBeAbleTo(ctx, asResource(customers), 'erase')
    return forgetContact(ctx, contact, { erasure_id: newId(), reason })
  },
)

/** The erasing itself, of a contact that is locked; also what a restored backup is made to forget again. */
export async function forgetContact(
  ctx: Ctx,
  contact: Contact,
  told: { erasure_id: string; reason: string | null },
): Promise<Erasure> {
  const customer = await lock(ctx, customers, contact.customer_id)
  const erasure = await forget(ctx, customer, {
    ...told,
    person: { noun: 'contact', ids: [contact.id] },
    instead: 'Erased contact',
    contact_id: contact.id,
    others: await namesOfOthers(ctx, contact),
  })
  await ctx.db.run(sql`
    update contacts
    set erased_at = ${ctx.now}, role = 'general', roles = '["general"]', preferences = '{}', language = null
    where id = ${contact.id}`)
  record(ctx, {
    noun: 'contact',
    row_id: contact.id,
    action: 'erased',
    reason: erasure.reason,
    changes: { erased_at: [null, ctx.now.toString()] },
    data: { erasure_id: erasure.id, customer_id: customer.id },
  })
  return erasure
}

/** What the customer, or another contact of it, is known by too says nothing of this one alone. */
async function namesOfOthers(ctx: Ctx, { id, customer_id }: Contact): Promise<string[]> {
  const rows = await ctx.db.all(sql<{ known: string | null }>`
    select unnest(array[name, first_name, last_name, legal_name, email, phone]) as known from customers where id = ${customer_id}
    union
    select unnest(array[name, email, phone]) from contacts where customer_id = ${customer_id} and id <> ${id}`)
  return rows.flatMap(({ known }) => known ?? [])
}
