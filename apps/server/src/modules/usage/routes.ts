import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { today, type Ctx } from '#kernel/ctx.ts'
import { readAs } from '#kernel/http.ts'
import { isId } from '#kernel/ids.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { invalidField, notFound } from '#kernel/refused.ts'
import { queryOf } from '#kernel/rest.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, get } from '#kernel/store.ts'
import { customers } from '#modules/customers/index.ts'
import { usageDays } from './usage.ts'

const days_max = 366

export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/customers/:id/usage', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      const { id } = request.params as { id: string }
      if (!isId(id)) throw notFound('Customer')
      const { days = '30' } = queryOf(request)
      if (!/^[1-9]\d{0,2}$/.test(days) || Number(days) > days_max)
        throw invalidField('days', 'out_of_range', `days must be a whole number between 1 and ${days_max}.`)
      mustBeAbleTo(ctx, asResource(usageDays), 'list')
      await get(ctx, asResource(customers), id)
      return usageOf(ctx, id, Number(days))
    }),
  )
}

/** A customer's usage day by day up to today, days without any included, and of this month. */
async function usageOf(ctx: Ctx, customer_id: string, days: number) {
  const last = today(ctx)
  const first = last.subtract({ days: days - 1 })
  const month = last.with({ day: 1 })
  const from = Temporal.PlainDate.compare(first, month) < 0 ? first : month
  const rows = await ctx.db.all(sql<{ day: string; input_bytes: bigint; output_bytes: bigint }>`
    select day, sum(input_bytes)::bigint as input_bytes, sum(output_bytes)::bigint as output_bytes
    from usage_days
    where customer_id = ${customer_id} and day >= ${from} and day <= ${last}
    group by day`)
  const known = new Map(rows.map((row) => [row.day, row]))
  const ofMonth = rows.filter(({ day }) => day >= month.toString())
  return {
    days: Array.from({ length: days }, (_, n) => {
      const day = first.add({ days: n }).toString()
      return {
        day,
        input_bytes: Number(known.get(day)?.input_bytes ?? 0n),
        output_bytes: Number(known.get(day)?.output_bytes ?? 0n),
      }
    }),
    month: {
      input_bytes: Number(ofMonth.reduce((sum, row) => sum + row.input_bytes, 0n)),
      output_bytes: Number(ofMonth.reduce((sum, row) => sum + row.output_bytes, 0n)),
    },
  }
}
