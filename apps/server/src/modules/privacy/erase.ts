import { command } from '#kernel/commands.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { record } from '#kernel/effects.ts'
import { newId } from '#kernel/ids.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource } from '#kernel/store.ts'
import { called, customers, whyNotErased, type Customer } from '#modules/customers/index.ts'
import { erasures, type Erasure } from './erasures.ts'
import { forget } from './forget.ts'

/**
 * Overwrites or removes everything that says who a disabled customer was. The books keep their rows; whom a document was issued to is
 * sealed until the law no longer wants it. All of it is one transaction: a dry run counts what would go, a failure leaves everything.
 */
export const eraseCustomer = command(
  customers,
  'erase',
  {
    label: 'Erase personal data',
    danger: true,
    answers: asResource(erasures),
    input: {
      reason: {
        kind: 'text',
        max: 500,
        help: 'Why, such as “asked by letter of 3 May”. What names the customer in it is left out.',
      },
    },
    help: 'Cannot be undone. Invoices, payments and the ledger stay, without the name; a document as it was issued can be shown until its time is over.',
    unless: (customer) =>
      customer.merged_into_id
        ? 'This customer was merged into another. Erase that one; what is left of this one goes with it.'
        : whyNotErased(customer),
  },
  async (ctx, customer, { reason }) => {
    await mustBeSettled(ctx, customer)
    return erase(ctx, customer, { erasure_id: newId(), reason })
  },
)

/** The erasing itself, of a customer that is locked; also what a restored backup is made to forget again. */
export async function erase(
  ctx: Ctx,
  customer: Customer,
  told: { erasure_id: string; reason: string | null },
): Promise<Erasure> {
  const shells = await ctx.db.all(
    sql<{ id: string }>`select id from customers where merged_into_id = ${customer.id}`,
  )
  const ids = [customer.id, ...shells.map(({ id }) => id)]
  const erasure = await forget(ctx, customer, {
    ...told,
    person: { noun: 'customer', ids },
    instead: `Erased customer ${customer.number}`,
  })
  await ctx.db.run(sql`update customers set erased_at = ${ctx.now} where id = any(${ids}::uuid[])`)
  record(ctx, {
    noun: 'customer',
    row_id: customer.id,
    action: 'erased',
    reason: erasure.reason,
    changes: { erased_at: [null, ctx.now.toString()] },
    data: { erasure_id: erasure.id },
  })
  return erasure
}

/** Nothing may be owed, running or depend on whoever is erased. */
async function mustBeSettled(ctx: Ctx, customer: Customer): Promise<void> {
  if (customer.balance < 0n)
    throw new Refused(
      409,
      'open_balance',
      `${called(customer)} still owes money. Take the payment, or void what is not to be paid.`,
    )
  if (customer.balance > 0n)
    throw new Refused(409, 'open_balance', `${called(customer)} still has credit. Pay it out first.`)
  const open = await ctx.db.one(sql<{
    services: number
    invoices: number
    below: number
    online: number
    planned: number
  }>`
    select
      (select count(*)::integer from services where customer_id = ${customer.id} and status not in ('disabled', 'terminated')) as services,
      (select count(*)::integer from invoices where customer_id = ${customer.id} and due_total <> 0 and status <> 'void') as invoices,
      (select count(*)::integer from customers where (parent_id = ${customer.id} or billed_by_id = ${customer.id}) and erased_at is null) as below,
      (select count(*)::integer from sessions where customer_id = ${customer.id} and status = 'online') as online,
      (select count(*)::integer from customer_moves
        where ${customer.id} in (from_customer_id, to_customer_id) and status = 'done' and undo_until > ${ctx.now}) as planned`)
  if (open.services > 0)
    throw new Refused(
      409,
      'open_services',
      `${called(customer)} still has services that are not ended: ${open.services}.`,
    )
  if (open.invoices > 0)
    throw new Refused(
      409,
      'open_invoices',
      `${called(customer)} still has unpaid invoices: ${open.invoices}. Void or settle them first.`,
    )
  if (open.below > 0)
    throw new Refused(
      409,
      'has_sub_accounts',
      `There are accounts below ${called(customer)}: ${open.below}. Take them out or erase them first.`,
    )
  if (open.online > 0)
    throw new Refused(
      409,
      'still_online',
      `${called(customer)} is still online. Disconnect the session first.`,
    )
  if (open.planned > 0)
    throw new Refused(
      409,
      'may_be_undone',
      `A merge or a move of ${called(customer)} can still be undone. Wait until its day is over.`,
    )
  const dates = await ctx.db.maybe(
    sql`select 1 from billing_runs where status in ('previewing', 'confirming') and date <= ${today(ctx)} limit 1`,
  )
  if (dates)
    throw new Refused(409, 'billing_run_under_way', 'A billing run is under way. Erase when it is done.')
}
