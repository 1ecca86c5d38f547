import type { LabelledValue, Seller } from '../../documents/index.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'

export type SellerParts = { seller: Seller; bank: LabelledValue[]; footer: string | undefined }

/** Who sells, as documents name it: from the tenant's settings `supplier`, at least its name. */
export async function sellerOf(ctx: Ctx): Promise<SellerParts> {
  const { supplier } = await ctx.db.one(
    sql<{
      supplier: unknown
    }>`select settings -> 'supplier' as supplier from tenants where id = ${ctx.tenant.id}`,
  )
  const known = (typeof supplier === 'object' && supplier !== null ? supplier : {}) as Record<string, unknown>
  const text = (name: string): string | undefined =>
    typeof known[name] === 'string' && known[name] !== '' ? known[name] : undefined
  const given = <K extends string>(name: K) =>
    (text(name) ? { [name]: text(name) } : {}) as { [N in K]?: string }
  const address_lines = Array.isArray(known.address_lines)
    ? known.address_lines.filter((line) => typeof line === 'string')
    : []
  const bank = [
    { label: 'IBAN', value: text('iban') },
    { label: 'BIC', value: text('bic') },
  ]
  return {
    seller: {
      name: text('name') ?? ctx.tenant.name,
      ...(address_lines.length > 0 ? { address_lines } : {}),
      ...given('tax_id'),
      ...given('registration_number'),
      ...given('email'),
      ...given('phone'),
      ...given('website'),
    },
    bank: bank.filter((entry): entry is LabelledValue => entry.value !== undefined),
    footer: text('footer'),
  }
}
