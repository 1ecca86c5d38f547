import type { ContractDocument, ContractDocumentLine } from '../../documents/index.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { formatDecimal, printMoney } from '#kernel/money.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn, find } from '#kernel/store.ts'
import { listPrice, phasesFrom, phasesOf, tariffs, type Tariff } from '#modules/catalog/index.ts'
import { customers } from '#modules/customers/index.ts'
import { sellerOf } from '#modules/resellers/index.ts'
import type { Service } from './services.ts'
import { surcharges, type Surcharge } from './surcharges.ts'

/** What was agreed about a service, as both sides sign it. The ISP's general conditions are its `contract_conditions`. */
export async function contractDocument(ctx: Ctx, service: Service): Promise<ContractDocument> {
  if (ctx.access.hidden('service').has('price'))
    throw new Refused(403, 'prices_hidden', 'A contract says prices, which your role does not show you.')
  const [customer, tariff, parts, extra, { conditions, ordinal }, phases] = await Promise.all([
    find(ctx, customers, service.customer_id),
    find(ctx, tariffs, service.tariff_id),
    sellerOf(ctx),
    surchargesOf(ctx, service.id),
    ctx.db.one(sql<{ conditions: string | null; ordinal: bigint }>`
      select t.contract_conditions as conditions,
        (select count(*) from services s where s.customer_id = ${service.customer_id} and s.id <= ${service.id}) as ordinal
      from tenants t
      where t.id = ${ctx.tenant.id}`),
    phasesOf(ctx, service.tariff_id),
  ])
  if (!customer || !tariff)
    throw new Refused(404, 'not_found', 'There is no such service, or you may not see it.')
  const begins = service.contract_start ?? service.start_date
  const money = (minor: bigint) => printMoney(minor, ctx.tenant.currency)
  const recurring = tariff.service_type !== 'one_time'
  const { period_months } = service
  const list = service.price ?? listPrice(tariff, period_months) ?? tariff.price
  const stages = service.price === null && recurring ? phasesFrom(phases, begins, list, period_months) : []
  const charged = period_months === 1 ? 'a month' : `every ${period_months} months`
  const lines: ContractDocumentLine[] = [
    {
      description: tariff.title,
      ...(service.description ? { detail: service.description } : {}),
      quantity: String(service.quantity),
      price: money(list),
      charged: recurring ? charged : 'once',
    },
    ...stages.slice(0, -1).map((stage) => ({
      description: `${tariff.title}: ${stage.name}`,
      detail: `${printDate(stage.from)} to ${printDate(dayBefore(stage.until!))}, instead`,
      quantity: String(service.quantity),
      price: money(stage.price),
      charged,
    })),
    ...extra.map((surcharge) => ({
      description: surcharge.label,
      quantity: String(surcharge.quantity),
      price: money(surcharge.price),
      charged: 'a month',
    })),
    ...(tariff.setup_fee > 0n
      ? [{ description: 'Set-up', quantity: '1', price: money(tariff.setup_fee), charged: 'once' }]
      : []),
  ]
  return {
    number: `${customer.number}-${ordinal}`,
    seller: parts.seller,
    ...(parts.footer ? { footer: parts.footer } : {}),
    customer: {
      name: customer.name,
      number: customer.number,
      address_lines: [
        customer.street,
        [customer.postal_code, customer.city].filter(Boolean).join(' '),
        customer.country,
      ].filter((line): line is string => Boolean(line)),
      ...(customer.tax_id ? { tax_id: customer.tax_id } : {}),
      ...(customer.email ? { email: customer.email } : {}),
    },
    begins_on: printDate(begins),
    details: [
      ...(service.minimum_months
        ? [{ label: 'Minimum term', value: months(service.minimum_months) }]
        : [{ label: 'Minimum term', value: 'none' }]),
      ...(service.contract_end ? [{ label: 'Until', value: printDate(service.contract_end) }] : []),
      { label: 'Notice', value: service.notice_days === 1 ? '1 day' : `${service.notice_days} days` },
    ],
    lines,
    terms: termsOf(service, tariff, money),
    ...(conditions ? { notes: conditions } : {}),
  }
}

/** What was agreed, in sentences. */
function termsOf(service: Service, tariff: Tariff, money: (minor: bigint) => string): string[] {
  const { minimum_months: minimum, renewal } = service
  return [
    'Prices are without tax.',
    minimum === null
      ? 'It may be ended any day, with the notice given above.'
      : `It is agreed for at least ${months(minimum)}. ${
          renewal === 'none'
            ? 'After that it goes on and may be ended any day, with the notice given above.'
            : `Without notice in time it goes on ${renewal === 'monthly' ? 'month by month' : `for another ${months(minimum)}, each time`}.`
        }`,
    ...(service.early_fee === 'none' ? [] : [`Ending it earlier costs ${feeInWords(service, money)}.`]),
    ...(tariff.termination_fee > 0n
      ? [`Whenever it ends, a fee of ${money(tariff.termination_fee)} is due.`]
      : []),
  ]
}

function feeInWords(service: Service, money: (minor: bigint) => string): string {
  if (service.early_fee === 'fixed') return money(service.early_fee_amount ?? 0n)
  if (service.early_fee === 'remaining')
    return `${formatDecimal(service.early_fee_percent ?? 0n, 4).replace(/\.?0+$/, '')} % of what the remaining months cost`
  return `as much as ${service.early_fee_formula}`
}

const surchargesOf = (ctx: Ctx, service_id: string): Promise<Surcharge[]> =>
  ctx.db.all(sql<Surcharge>`
    select ${everyColumn(asResource(surcharges))}
    from surcharges
    where service_id = ${service_id} and status = 'given'
    order by id`)

const months = (n: number): string => (n === 1 ? '1 month' : `${n} months`)
const dayBefore = (date: string): string => Temporal.PlainDate.from(date).subtract({ days: 1 }).toString()

const format = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})
const printDate = (date: string): string => format.format(new Date(`${date}T00:00:00Z`))
