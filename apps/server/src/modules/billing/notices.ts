import { today, type Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { inside } from '#kernel/insiders.ts'
import { job } from '#kernel/jobs.ts'
import { json, sql, type Sql } from '#kernel/sql.ts'

/** How an invoice is to reach its customer; no row where it is not to. */
const channels = sql`case c.invoice_delivery
  when 'email' then '["email"]' when 'print' then '["post"]' when 'email_and_print' then '["email", "post"]' end::jsonb`

/** An invoice made by itself: `invoice.delivery_due` says how the customer wants it. Whoever sends, listens. */
export const askDelivery = inside('billing.ask_delivery', ['invoice.finalized'], async (ctx, event) => {
  const due = await ctx.db.maybe(sql<{ number: string; customer_id: string; channels: string[] | null }>`
    select i.number, i.customer_id, ${channels} as channels
    from invoices i
    join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where i.id = ${event.row_id}`)
  // Nothing changed: it is an event without a line in the audit.
  if (due?.channels)
    ctx.effects.events.push({
      id: newId(),
      type: 'invoice.delivery_due',
      noun: 'invoice',
      row_id: event.row_id,
      data: due,
      actor: ctx.actor,
      cause: ctx.cause,
    })
})

/** The same for all invoices of a run, once. */
export const askDeliveryOfRun = job<{ billing_run_id: string }>(
  'billing.ask_delivery_of_run',
  { max_attempts: 12 },
  (work) =>
    work.act(async (ctx) => {
      const { billing_run_id } = work.payload
      const taken = await ctx.db.run(sql`
        update billing_runs set delivery_asked = true where id = ${billing_run_id} and not delivery_asked`)
      if (taken === 0) return
      await ctx.db.run(sql`
        ${eventsOf(
          ctx,
          'invoice.delivery_due',
          sql`jsonb_build_object('number', i.number, 'customer_id', i.customer_id, 'channels', ${channels}, 'billing_run_id', i.billing_run_id)`,
        )}
        where i.billing_run_id = ${billing_run_id} and i.status <> 'void' and c.invoice_delivery <> 'none'`)
    }),
)

/** Every night: `invoice.reminder_due` for unpaid invoices on the days on which their customers are reminded. */
export const remind = (ctx: Ctx): Promise<number> =>
  ctx.db.run(sql`
    ${eventsOf(
      ctx,
      'invoice.reminder_due',
      sql`jsonb_build_object('number', i.number, 'customer_id', i.customer_id, 'due_date', i.due_date, 'due_total', i.due_total::text,
        'days', ${today(ctx)}::date - i.due_date, 'channel', c.reminder_channel)`,
    )}
    where i.status = any('{final,partially_paid,overdue}'::text[]) and i.due_total > 0 and c.reminders
      and i.due_date between ${today(ctx)}::date - 365 and ${today(ctx)}::date + 60
      and c.reminder_days @> to_jsonb(${today(ctx)}::date - i.due_date)`)

const eventsOf = (ctx: Ctx, type: string, data: Sql) => sql`
  insert into events (id, tenant_id, at, type, noun, row_id, data, actor, cause)
  select uuidv7(), ${ctx.tenant.id}::uuid, ${ctx.now}::timestamptz, ${type}, 'invoice', i.id, ${data}, ${json(ctx.actor)}, ${json(ctx.cause)}
  from invoices i
  join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id`
