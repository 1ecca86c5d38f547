import type { LabelledValue, Seller } from '../../documents/index.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'

export type SellerParts = { seller: Seller; bank: LabelledValue[]; footer: string | undefined }

/** Who sells, as documents name it: from the ISP's settings, at least its name. */
export async function sellerOf(ctx: Ctx): Promise<SellerParts> {
  const { name, legal_name, street, postal_code, city, country, iban, bic, document_footer, ...others } =
    await ctx.db.one(sql<Printed>`
      select name, legal_name, street, postal_code, city, country, iban, bic, document_footer, tax_id, registration_number, email, phone, website
      from tenants
      where id = ${ctx.tenant.id}`)
  const address_lines = [street, [postal_code, city].filter(Boolean).join(' '), country].filter(isSaid)
  const bank = [
    { label: 'IBAN', value: iban?.replace(/(.{4})(?=.)/g, '$1 ') },
    { label: 'BIC', value: bic },
  ]
  return {
    seller: {
      name: legal_name || name,
      ...(address_lines.length > 0 ? { address_lines } : {}),
      ...Object.fromEntries(Object.entries(others).filter(([, value]) => isSaid(value))),
    },
    bank: bank.filter((entry): entry is LabelledValue => isSaid(entry.value)),
    footer: document_footer || undefined,
  }
}

type Said = string | null
type Printed = { name: string } & Record<
  'legal_name' | 'street' | 'postal_code' | 'city' | 'country' | 'iban' | 'bic' | 'document_footer',
  Said
> &
  Record<'tax_id' | 'registration_number' | 'email' | 'phone' | 'website', Said>

const isSaid = (value: Said | undefined): value is string => Boolean(value)
