import { today, type Ctx } from '#kernel/ctx.ts'
import { insertMany } from '#kernel/many.ts'
import { asResource } from '#kernel/store.ts'
import { discounts } from './discounts.ts'
import { mustFollow } from './granted.ts'
import type { Service } from './services.ts'

/** What is taken off a service from its first billed day on: a percentage (stored value) or an amount a month, not both. */
export type NewDiscount = {
  service: Service
  label: string
  percent: bigint | null
  amount: bigint | null
  /** The last day; null: for good. */
  to_date: string | null
}

/** Discounts of services that were just added, in one statement. Nothing is billed yet, so nothing is to be corrected. */
export async function discountNewServices(ctx: Ctx, given: readonly NewDiscount[]): Promise<void> {
  const now = today(ctx).toString()
  await insertMany(
    ctx,
    asResource(discounts),
    given.map(({ service, to_date, ...discount }) => {
      const from_date = service.start_date > now ? service.start_date : now
      mustFollow(from_date, to_date)
      return {
        ...discount,
        customer_id: service.customer_id,
        service_id: service.id,
        applies_to: 'line',
        kind: discount.percent === null ? 'fixed' : 'percent',
        position: 100,
        from_date,
        to_date,
        status: 'given',
      }
    }),
  )
}

/** What is taken off each invoice of a customer from today on: a percentage (stored value) or an amount, not both. */
export type InvoiceDiscount = {
  customer_id: string
  label: string
  percent: bigint | null
  amount: bigint | null
  /** The last day; null: for good, or for so many invoices (`periods`). */
  to_date: string | null
  periods: number | null
}

/** Discounts off whole invoices, in one statement. Invoices are discounted as they are made, so nothing is to be corrected. */
export async function discountInvoices(ctx: Ctx, given: readonly InvoiceDiscount[]): Promise<void> {
  const from_date = today(ctx).toString()
  await insertMany(
    ctx,
    asResource(discounts),
    given.map((discount) => {
      mustFollow(from_date, discount.to_date)
      return {
        ...discount,
        applies_to: 'invoice',
        kind: discount.percent === null ? 'fixed' : 'percent',
        position: 100,
        from_date,
        status: 'given',
      }
    }),
  )
}
