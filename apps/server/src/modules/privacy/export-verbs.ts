import { command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, insert } from '#kernel/store.ts'
import { contacts, customers } from '#modules/customers/index.ts'
import { writeExport } from './export-job.ts'
import { personalDataExports, type PersonalDataExport } from './exports.ts'

const declared = {
  label: 'Export personal data',
  answers: asResource(personalDataExports),
  help: 'Puts together all that is kept about the person: a ZIP with a readable page, the data as JSON, the files and the invoices.',
}

export const exportCustomer = command(
  customers,
  'export_personal_data',
  {
    ...declared,
    unless: (customer) =>
      customer.merged_into_id ? 'This customer was merged into another. Export that one.' : null,
  },
  (ctx, customer) => ask(ctx, customer.id, null),
)

/** One person of a company, without the company’s business. */
export const exportContact = command(contacts, 'export_personal_data', declared, (ctx, contact) => {
  mustBeAbleTo(ctx, asResource(customers), 'export_personal_data')
  return ask(ctx, contact.customer_id, contact.id)
})

async function ask(ctx: Ctx, customer_id: string, contact_id: string | null): Promise<PersonalDataExport> {
  const running = await ctx.db.maybe(sql`
    select 1 from personal_data_exports
    where customer_id = ${customer_id} and contact_id is not distinct from ${contact_id}::uuid and status in ('queued', 'running')`)
  if (running)
    throw new Refused(
      409,
      'export_under_way',
      'An export about this person is under way. Wait until it is done.',
    )
  const asked = await insert(
    ctx,
    personalDataExports,
    { customer_id, contact_id, status: 'queued', actor: new JsonValue(ctx.actor) },
    { action: 'asked', data: { customer_id } },
  )
  writeExport.later(ctx, { export_id: asked.id })
  return asked
}
