import { today, type Ctx } from '#kernel/ctx.ts'
import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, find } from '#kernel/store.ts'
import { tariffs, taxes } from '#modules/catalog/index.ts'
import { customers, type Customer } from '#modules/customers/index.ts'
import { routers } from '#modules/network/index.ts'
import { decideAccess, services, termsOn, type Service } from '#modules/services/index.ts'
import { printedPeriod } from './bill.ts'
import { nextBill } from './next-bill.ts'
import { taxOn } from './pricing.ts'

/** Why a service stands as it does, may or may not be used, and costs what it costs: the decisions themselves, with their reasons. */
export async function explainService(ctx: Ctx, service_id: string) {
  mustBeAbleTo(ctx, asResource(services), 'get')
  const service = await find(ctx, services, service_id)
  if (!service) throw notFound('Service')
  const customer = await find(ctx, customers, service.customer_id)
  const tariff = await find(ctx, tariffs, service.tariff_id)
  if (!customer || !tariff) throw new Error('A service without its customer or tariff.')
  const hidden = ctx.access.hidden('service')
  return {
    status: await statusOf(ctx, service),
    access: await accessOf(ctx, service, customer),
    price: hidden.has('price') ? null : await priceOf(ctx, service, customer, tariff),
    speed: {
      download_kbps: tariff.speed_download_kbps === null ? null : Number(tariff.speed_download_kbps),
      upload_kbps: tariff.speed_upload_kbps === null ? null : Number(tariff.speed_upload_kbps),
      sentence:
        tariff.speed_download_kbps === null
          ? `The tariff ${tariff.title} has no speed.`
          : `The tariff ${tariff.title} gives ${speed(tariff.speed_download_kbps)} down and ${speed(tariff.speed_upload_kbps)} up.`,
    },
  }
}

type Moved = {
  at: string
  action: string
  reason: string | null
  actor_kind: string
  actor_name: string
  cause: unknown
}

/** The last change of status in the audit trail. */
const lastMove = (ctx: Ctx, row_id: string) =>
  ctx.db.maybe(sql<Moved>`
    select at, action, reason, actor_kind, actor_name, cause
    from audit_events
    where row_id = ${row_id} and (changes ? 'status')
    order by id desc
    limit 1`)

async function statusOf(ctx: Ctx, service: Service) {
  const moved = await lastMove(ctx, service.id)
  const since = moved ? localDate(ctx, moved.at) : service.start_date
  const because = moved?.reason ? `, because ${moved.reason.replace(/\.$/, '')}` : ''
  const reasons = moved
    ? [`${moved.action} on ${since} by ${moved.actor_name}${moved.reason ? `: ${moved.reason}` : ''}`]
    : []
  return {
    value: service.status,
    since,
    reason: moved?.reason ?? null,
    actor: moved ? { kind: moved.actor_kind, name: moved.actor_name } : null,
    sentence: `The service is ${service.status} since ${since}${because}.`,
    reasons,
  }
}

async function accessOf(ctx: Ctx, service: Service, customer: Customer) {
  const router = service.router_id ? await find(ctx, routers, service.router_id) : undefined
  const { decision, sentence, code } = decideAccess({
    service_status: service.status,
    customer_status: customer.status,
    customer_status_reason: customer.status_reason,
    customer_status_since: localDate(ctx, customer.status_since),
    today: today(ctx).toString(),
    start_date: service.start_date,
    block_mode: router?.block_mode ?? 'reject',
  })
  const moved = await lastMove(ctx, customer.id)
  const reasons = [
    `The service is ${service.status}.`,
    `The customer is ${customer.status} since ${localDate(ctx, customer.status_since)}${customer.status_reason ? `: ${customer.status_reason}` : ''}.`,
    ...(moved ? [`${moved.actor_name} did it (${moved.action}).`] : []),
    ...(router && customer.status === 'blocked'
      ? [
          `The router ${router.title} meets blocked subscribers with ${router.block_mode === 'walled' ? 'the walled garden' : 'a reject'}.`,
        ]
      : []),
  ]
  return { decision, code, sentence, reasons }
}

async function priceOf(
  ctx: Ctx,
  service: Service,
  customer: Customer,
  tariff: { title: string; price: bigint; tax_id: string | null; service_type: string },
) {
  const money = (units: bigint) => formatDecimal(units, currencyDigits(ctx.tenant.currency))
  const { currency } = ctx.tenant
  const date = today(ctx).toString()
  const terms = (await termsOn(ctx, service.id, date)) ?? {
    status: service.status,
    price: service.price ?? tariff.price,
    quantity: service.quantity,
    period_months: service.period_months,
    tariff_id: service.tariff_id,
  }
  const tax = tariff.tax_id && !customer.tax_exempt ? await find(ctx, taxes, tariff.tax_id) : undefined
  const net = terms.price * BigInt(terms.quantity)
  const gross = net + taxOn(net, tax?.rate ?? 0n)
  const once = tariff.service_type === 'one_time'
  const rate = tax ? `${formatDecimal(tax.rate, 4).replace(/\.?0+$/, '')}%` : null
  const next = await nextPeriod(ctx, service, customer)
  const lines = [
    {
      label: service.price !== null ? 'Agreed price' : `Price of the tariff ${tariff.title}`,
      amount: money(terms.price),
    },
    ...(terms.quantity > 1 ? [{ label: `Quantity ${terms.quantity}`, amount: money(net) }] : []),
    ...(tax
      ? [
          { label: `${tax.name} ${rate}`, amount: money(gross - net) },
          { label: 'With tax', amount: money(gross) },
        ]
      : []),
    ...(customer.tax_exempt
      ? [{ label: `No tax: ${customer.tax_exempt_reason ?? 'exempt'}`, amount: money(0n) }]
      : []),
    ...next.map((line) => ({
      label: line.period_from
        ? `Next invoice, ${line.period_from} to ${line.period_to} (${line.days} days)`
        : 'Next invoice',
      amount: money(line.total),
    })),
  ]
  const charged = `${money(net)} ${currency}${once ? ' once' : per(terms.period_months)}${service.price !== null ? ', as agreed with the customer' : `, the price of the tariff ${tariff.title}`}${terms.quantity > 1 ? ` for ${terms.quantity} units` : ''}${tax ? `, plus ${rate} ${tax.name}: ${money(gross)} ${currency}` : ''}`
  return {
    amount: money(net),
    gross: money(gross),
    currency,
    next_billing_on: customer.next_billing_on,
    sentence:
      service.status === 'active'
        ? `It costs ${charged}.`
        : `Nothing is charged while the service is ${service.status}; active it costs ${charged}.`,
    lines,
  }
}

/** What the customer's next invoice will say of this service. */
async function nextPeriod(ctx: Ctx, service: Service, customer: Customer) {
  const next = await nextBill(ctx, customer)
  return (next?.bill.lines ?? [])
    .filter((line) => line.service_id === service.id)
    .map((line) => ({
      ...printedPeriod(line.days),
      days: line.days ? line.days.until - line.days.from : 0,
      total: line.net + line.tax,
    }))
}

const localDate = (ctx: Ctx, at: string): string =>
  Temporal.Instant.from(at).toZonedDateTimeISO(ctx.tenant.time_zone).toPlainDate().toString()

const per = (months: number): string => (months === 1 ? ' a month' : ` for ${months} months`)

const speed = (kbps: bigint | null): string =>
  kbps === null ? 'nothing' : kbps % 1000n === 0n ? `${kbps / 1000n} Mbit/s` : `${kbps} kbit/s`
