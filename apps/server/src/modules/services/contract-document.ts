import {
  phrase,
  printCount,
  printDay,
  wordsOf,
  type ContractDocument,
  type ContractDocumentLine,
  type Language,
  type Words,
} from '../../documents/index.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { formatDecimal, printMoney } from '#kernel/money.ts'
import { mustSee } from '#kernel/permissions.ts'
import { Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, everyColumn, find } from '#kernel/store.ts'
import { listPrice, phasesFrom, phasesOf, tariffs, type Tariff } from '#modules/catalog/index.ts'
import { customers, fieldsOnDocuments } from '#modules/customers/index.ts'
import { currentLetterhead, languageOf, worded } from '#modules/documents/index.ts'
import type { Service } from './services.ts'
import { surcharges, type Surcharge } from './surcharges.ts'

/** What was agreed about a service, as both sides sign it. The ISP's general conditions are its `contract_conditions`. */
export async function contractDocument(
  ctx: Ctx,
  service: Service,
  numbered?: string,
): Promise<ContractDocument> {
  mustSeeContracts(ctx)
  const [customer, tariff, head, extra, { conditions, ordinal }, phases] = await Promise.all([
    find(ctx, customers, service.customer_id),
    find(ctx, tariffs, service.tariff_id),
    currentLetterhead(ctx, 'contract', service.partner_id ?? ctx.tenant.root_partner_id),
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
  const language = languageOf(head)
  const words = wordsOf(language)
  const money = (minor: bigint) => printMoney(minor, ctx.tenant.currency, language)
  const day = (date: string) => printDay(date, language)
  const months = (n: number) => printCount(n, 'month', language)
  const recurring = tariff.service_type !== 'one_time'
  const { period_months } = service
  const list = service.price ?? listPrice(tariff, period_months) ?? tariff.price
  const stages = service.price === null && recurring ? phasesFrom(phases, begins, list, period_months) : []
  const charged = period_months === 1 ? words.a_month : phrase(words.every, { term: months(period_months) })
  const lines: ContractDocumentLine[] = [
    {
      description: tariff.title,
      ...(service.description ? { detail: service.description } : {}),
      quantity: String(service.quantity),
      price: money(list),
      charged: recurring ? charged : words.once,
    },
    ...stages.slice(0, -1).map((stage) => ({
      description: `${tariff.title}: ${stage.name}`,
      detail: phrase(words.instead, { from: day(stage.from), until: day(dayBefore(stage.until!)) }),
      quantity: String(service.quantity),
      price: money(stage.price),
      charged,
    })),
    ...extra.map((surcharge) => ({
      description: surcharge.label,
      quantity: String(surcharge.quantity),
      price: money(surcharge.price),
      charged: words.a_month,
    })),
    ...(tariff.setup_fee > 0n
      ? [{ description: words.set_up, quantity: '1', price: money(tariff.setup_fee), charged: words.once }]
      : []),
  ]
  const number = numbered ?? `${customer.number}-${ordinal}`
  const minimum_term = service.minimum_months ? months(service.minimum_months) : words.none
  const notice = printCount(service.notice_days, 'day', language)
  return {
    number,
    ...worded(head, 'contract', {
      'customer.name': customer.name,
      'customer.number': customer.number,
      'customer.email': customer.email,
      'customer.tax_id': customer.tax_id,
      'customer.street': customer.street,
      'customer.postal_code': customer.postal_code,
      'customer.city': customer.city,
      'customer.country': customer.country,
      'contract.number': number,
      'contract.begins_on': day(begins),
      'contract.ends_on': service.contract_end ? day(service.contract_end) : null,
      'contract.minimum_term': minimum_term,
      'contract.notice': notice,
      'tariff.title': tariff.title,
      'tariff.price': money(list),
    }),
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
    begins_on: day(begins),
    details: [
      { label: words.minimum_term, value: minimum_term },
      ...(service.contract_end ? [{ label: words.until, value: day(service.contract_end) }] : []),
      { label: words.notice, value: notice },
    ],
    lines,
    terms: termsOf(service, tariff, { language, words, money }),
    ...(conditions ? { notes: conditions } : {}),
  }
}

/** A contract bears whom it is for, and what it costs. */
export function mustSeeContracts(ctx: Ctx): void {
  mustSee(ctx, asResource(customers), fieldsOnDocuments)
  if (ctx.access.hidden('service').has('price'))
    throw new Refused(403, 'prices_hidden', 'A contract says prices, which your role does not show you.')
}

type Wording = { language: Language; words: Words; money: (minor: bigint) => string }

/** What was agreed, in sentences. */
function termsOf(service: Service, tariff: Tariff, wording: Wording): string[] {
  const { minimum_months: minimum, renewal } = service
  const { language, words, money } = wording
  const term = minimum === null ? '' : printCount(minimum, 'month', language)
  const then = { none: words.then_open, monthly: words.then_monthly, same_term: words.then_again }[renewal]
  return [
    words.prices_without_tax,
    minimum === null ? words.open_ended : `${phrase(words.at_least, { term })} ${phrase(then, { term })}`,
    ...(service.early_fee === 'none' ? [] : [phrase(words.early, { fee: feeInWords(service, wording) })]),
    ...(tariff.termination_fee > 0n
      ? [phrase(words.end_fee, { amount: money(tariff.termination_fee) })]
      : []),
  ]
}

function feeInWords(service: Service, { words, money }: Wording): string {
  if (service.early_fee === 'fixed') return money(service.early_fee_amount ?? 0n)
  if (service.early_fee === 'remaining')
    return phrase(words.early_share, {
      percent: formatDecimal(service.early_fee_percent ?? 0n, 4).replace(/\.?0+$/, ''),
    })
  return phrase(words.early_formula, { formula: service.early_fee_formula ?? '' })
}

const surchargesOf = (ctx: Ctx, service_id: string): Promise<Surcharge[]> =>
  ctx.db.all(sql<Surcharge>`
    select ${everyColumn(asResource(surcharges))}
    from surcharges
    where service_id = ${service_id} and status = 'given'
    order by id`)

const dayBefore = (date: string): string => Temporal.PlainDate.from(date).subtract({ days: 1 }).toString()
