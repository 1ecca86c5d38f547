import { collectionCommand } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { invalidField } from '#kernel/refused.ts'
import { resource, type Row } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn, find, insert } from '#kernel/store.ts'
import { channels, type Channel } from './channels.ts'
import { contacts } from './contacts.ts'

const purposes = [
  'marketing',
  'profiling',
  'data_sharing',
  'credit_check',
  'call_recording',
  'terms',
  'privacy_policy',
] as const
export type ConsentPurpose = (typeof purposes)[number]

const given = {
  customer_id: { kind: 'reference', to: 'customer', filter: true, list: true },
  contact_id: {
    kind: 'reference',
    to: 'contact',
    nullable: true,
    filter: true,
    list: true,
    help: 'Empty: for the customer as a whole',
  },
  purpose: { kind: 'choice', values: purposes, filter: true, list: true },
  channel: { kind: 'choice', values: channels, nullable: true, list: true, help: 'Empty: every channel' },
  status: { kind: 'choice', values: ['given', 'withdrawn'], filter: true, list: true },
  obtained_by: {
    kind: 'choice',
    values: ['in_person', 'phone', 'paper', 'web', 'email', 'portal', 'import'],
    list: true,
    label: 'How obtained',
  },
  wording: {
    kind: 'long_text',
    personal: true,
    max: 4000,
    nullable: true,
    help: 'What was asked, or where the signed paper is',
  },
} as const

/** What people agreed to or withdrew, each time anew: a row is never changed, the latest counts. */
export const consents = resource('consent', {
  title: 'purpose',
  sort: '-at',
  scope: 'partner',
  generic: ['list', 'get'],
  help: 'What people agreed to or withdrew. Nothing is changed or removed here; the latest counts.',
  fields: {
    ...given,
    partner_id: { kind: 'reference', to: 'partner', readonly: true, nullable: true },
    at: { kind: 'datetime', filter: true, sort: true, list: true },
    recorded_by: { kind: 'json', personal: false, list: true },
  },
})
export type Consent = Row<typeof consents>

export const recordConsent = collectionCommand(
  consents,
  'create',
  {
    label: 'Record consent',
    input: { ...given, at: { kind: 'datetime', nullable: true, help: 'Now when left out' } },
  },
  async (ctx, { at, ...consent }) => {
    if (at && Temporal.Instant.compare(at, ctx.now) > 0)
      throw invalidField('at', 'in_future', 'Nobody can have agreed in the future.')
    if (consent.contact_id) {
      const contact = await find(ctx, contacts, consent.contact_id)
      if (contact?.customer_id !== consent.customer_id)
        throw invalidField('contact_id', 'of_another_customer', 'This is not a contact of the customer.')
    }
    return insert(
      ctx,
      consents,
      { ...consent, at: at ?? ctx.now.toString(), recorded_by: new JsonValue(ctx.actor) },
      {
        action: consent.status === 'given' ? 'given' : 'withdrawn',
        data: { customer_id: consent.customer_id },
      },
    )
  },
)

/** The latest word of each person on each purpose and channel, newest first. */
export const consentsInForce = (ctx: Ctx, customer_id: string): Promise<Consent[]> =>
  ctx.db.all(sql<Consent>`
    select * from (
      select distinct on (contact_id, purpose, channel) ${everyColumn(asResource(consents))}
      from consents
      where customer_id = ${customer_id}
      order by contact_id, purpose, channel, at desc, id desc
    ) latest
    order by at desc, id desc
    limit 1000`)

/**
 * Whether a customer, or one of its contacts, agreed to a purpose by a channel. Of all that was said for the customer as a whole or by
 * that contact, for every channel or for this one, the latest counts; where nothing was said, nobody agreed.
 */
export function agreed(
  said: readonly Consent[],
  purpose: ConsentPurpose,
  { contact_id, channel }: { contact_id: string | null; channel: Channel },
): boolean {
  const [latest] = said.filter(
    (consent) =>
      consent.purpose === purpose &&
      (consent.contact_id === null || consent.contact_id === contact_id) &&
      (consent.channel === null || consent.channel === channel),
  )
  return latest?.status === 'given'
}
