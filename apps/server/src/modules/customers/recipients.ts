import type { Ctx } from '#kernel/ctx.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField, notFound } from '#kernel/refused.ts'
import { shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn, find } from '#kernel/store.ts'
import { partsOf, type Parts } from './address-parts.ts'
import { addresses } from './addresses.ts'
import {
  channelsOf,
  contactPurposes,
  type Channel,
  type ContactPurpose,
  type Preferences,
} from './channels.ts'
import { agreed, consentsInForce } from './consents.ts'
import { contacts, rolesIn, type Contact } from './contacts.ts'
import { customers, type Customer } from './customers.ts'

/** `address` is what the channel needs: an e-mail address, a telephone number, lines to print on an envelope. */
export type Recipient = {
  contact_id: string | null
  name: string
  language: string
  channel: Channel
  address: string
}

/**
 * Who is to be told about something, and how: the contacts whose preferences or roles ask for it; where no contact is for this purpose,
 * the customer itself. Marketing goes only to who agreed to it by that channel.
 */
export async function recipientsOf(
  ctx: Ctx,
  customer: Customer,
  purpose: ContactPurpose,
): Promise<Recipient[]> {
  const people = await ctx.db.all(sql<Contact>`
    select ${everyColumn(asResource(contacts))} from contacts where customer_id = ${customer.id} order by id limit 500`)
  const responsible = people.map((contact) => ({ contact, told: channelsOf(asReached(contact), purpose) }))
  const post = await envelope(ctx, customer)
  const found = responsible.flatMap(({ contact, told }) =>
    told.flatMap((channel) => one(contact, channel, contact.language ?? customer.language, post)),
  )
  const anybody = responsible.some(({ contact, told }) => told.length > 0 || refused(contact, purpose))
  const all = anybody
    ? found
    : itself(customer, purpose).flatMap((channel) => one(customer, channel, customer.language, post))
  if (purpose !== 'marketing') return all
  const said = await consentsInForce(ctx, customer.id)
  return all.filter((recipient) => agreed(said, 'marketing', recipient))
}

/** `GET /customers/{id}/recipients?purpose=billing`; `{data: [{contact_id, name, language, channel, address}]}`. */
export async function readRecipients(ctx: Ctx, customer_id: string, purpose: string | undefined) {
  mustBeAbleTo(ctx, asResource(customers), 'get')
  mustBeAbleTo(ctx, asResource(contacts), 'list')
  if (!contactPurposes.includes(purpose as ContactPurpose))
    throw invalidField('purpose', 'not_a_choice', `Purpose must be one of ${contactPurposes.join(', ')}.`)
  const customer = await find(ctx, customers, customer_id)
  if (!customer) throw notFound('Customer')
  const hidden = [asResource(customers), asResource(contacts)].some((noun) => {
    const shown = shapeOf(ctx, noun).fields
    return !shown.has('email') || !shown.has('phone')
  })
  const data = await recipientsOf(ctx, customer, purpose as ContactPurpose)
  return { data: hidden ? data.map(({ address: _address, ...known }) => known) : data }
}

const asReached = (contact: Contact) => ({
  email: contact.email,
  phone: contact.phone,
  roles: rolesIn(contact.roles),
  preferences: contact.preferences as Preferences,
})

/** A contact for billing that wants no bills: nobody else gets them in its place. */
const refused = (contact: Contact, purpose: ContactPurpose): boolean =>
  (contact.preferences as Preferences)[purpose]?.length === 0 &&
  channelsOf({ ...asReached(contact), preferences: {} }, purpose).length > 0

/** A customer without contacts is told by the channels its billing terms name. */
function itself(customer: Customer, purpose: ContactPurpose): Channel[] {
  const { email, invoice_delivery, reminder_channel } = customer
  switch (purpose) {
    case 'billing':
      return invoice_delivery === 'none'
        ? []
        : invoice_delivery === 'email_and_print'
          ? ['email', 'post']
          : [invoice_delivery === 'print' ? 'post' : 'email']
    case 'reminders':
      return reminder_channel === 'email_and_sms' ? ['email', 'sms'] : [reminder_channel]
    case 'marketing':
      return ['email', 'sms', 'phone', 'post']
    default:
      return [email ? 'email' : 'phone']
  }
}

function one(who: Contact | Customer, channel: Channel, language: string, post: string | null): Recipient[] {
  const address = channel === 'post' ? post : channel === 'email' ? who.email : who.phone
  if (!address) return []
  return [{ contact_id: 'customer_id' in who ? who.id : null, name: who.name, language, channel, address }]
}

/** Post goes to the postal address, else to where bills go. */
async function envelope(ctx: Ctx, customer: Customer): Promise<string | null> {
  const { postal_address_id } = customer
  const address = postal_address_id ? await find(ctx, addresses, postal_address_id) : undefined
  const parts: Parts = address ? partsOf(address) : customer
  if (!parts.street && !parts.city) return null
  const town = [parts.postal_code, parts.city].filter(Boolean).join(' ')
  return [parts.street, town, parts.country].filter(Boolean).join('\n')
}
