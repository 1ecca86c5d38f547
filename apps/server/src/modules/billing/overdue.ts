import { today, type Ctx } from '#kernel/ctx.ts'
import { json, sql } from '#kernel/sql.ts'

/** Every night: invoices whose due date has passed. They may be many, so all of them, and their events, in one statement. */
export const markOverdue = (ctx: Ctx): Promise<number> =>
  ctx.db.run(sql`
    with overdue as (
      update invoices
      set status = 'overdue', version = version + 1, updated_at = ${ctx.now}
      where status = any('{final,partially_paid}'::text[]) and due_date < ${today(ctx)}::date
      returning id, number, customer_id, due_date, due_total
    )
    insert into events (id, tenant_id, at, type, noun, row_id, data, actor, cause)
    select uuidv7(), ${ctx.tenant.id}::uuid, ${ctx.now}::timestamptz, 'invoice.overdue', 'invoice', o.id,
      jsonb_build_object('number', o.number, 'customer_id', o.customer_id, 'due_date', o.due_date, 'due_total', o.due_total::text),
      ${json(ctx.actor)}, ${json(ctx.cause)}
    from overdue o`)
