import { today, type Ctx } from '#kernel/ctx.ts'
import { Complaint } from '#kernel/kind.ts'
import { kinds } from '#kernel/kinds.ts'
import { invalid, invalidField, type FieldError } from '#kernel/refused.ts'
import { decodedCustom } from '#kernel/input.ts'
import { asResource } from '#kernel/store.ts'
import { services } from '#modules/services/index.ts'
import type { Known } from './known.ts'
import type { Mistakes } from './mistakes.ts'
import { theOne, type ByName } from './names.ts'
import type { DiscountOfRow, ServiceOfRow } from './ready.ts'

type Values = Record<string, unknown>

/** Cells that mean nothing without a service. */
const needService = ['login', 'ip', 'ipv6_prefix', 'mac', 'further_macs', 'access_device'] as const

/** The service that a row brings, in stored values. `own` are the administrator's fields of it. */
export async function serviceOf(
  ctx: Ctx,
  input: Values,
  own: Values,
  known: Known,
  mistakes: Mistakes,
): Promise<ServiceOfRow | undefined> {
  const { tariff } = input
  if (typeof tariff !== 'string') {
    if (!mistakes.about('tariff') && needService.some((field) => input[field]))
      mistakes.note(
        invalidField(
          'tariff',
          'required',
          'A login, an address or a device belongs to a service, and a service needs its tariff.',
        ),
      )
    return undefined
  }
  const named = (field: string, names: ByName) =>
    typeof input[field] === 'string'
      ? mistakes.in(() => theOne(names, String(input[field]), field))
      : Promise.resolve(null)
  const tariff_id = await named('tariff', known.tariffs)
  const router_id = await named('router', known.routers)
  const access_device_id = await named('access_device', known.access_devices)
  const macs = await mistakes.in(() => macsOf(ctx, input))
  const discount = await mistakes.in(() => discountOf(ctx, input, 'discount'))
  const custom = await mistakes.in(() => decodedCustom(ctx, asResource(services), own, 'create'))
  if (input.access_port && !input.access_device && !mistakes.about('access_device'))
    mistakes.note(invalidField('access_port', 'no_device', 'A port needs the access device that it is of.'))
  if (input.ip && input.ip_mode && input.ip_mode !== 'static')
    mistakes.note(
      invalidField(
        'ip_mode',
        'other_mode',
        `With an address of its own a service is static, not ${String(input.ip_mode)}.`,
      ),
    )
  if (!tariff_id) return undefined
  const given = (field: string) => (input[field] ?? null) as never
  return {
    tariff_id,
    login: given('login'),
    password: given('password'),
    ipv4_mode: given('ip_mode'),
    ipv4_address: given('ip'),
    ipv6_prefix: given('ipv6_prefix'),
    mac: macs?.[0] ?? null,
    further_macs: macs?.slice(1) ?? [],
    mac_binding: (input.mac_binding ?? true) as boolean,
    router_id: router_id ?? null,
    access_device_id: access_device_id ?? null,
    access_port: given('access_port'),
    description: given('service_description'),
    quantity: (input.quantity ?? 1) as number,
    price: given('price'),
    period_months: given('period_months'),
    start_date: given('start_date'),
    external_id: given('service_external_id'),
    activate: input.status !== 'new',
    ...(custom ? { custom } : {}),
    discount: discount ?? null,
  }
}

/** A discount by its columns: `discount_…` is the service's, `invoice_discount_…` comes off whole invoices. */
export function discountOf(
  ctx: Ctx,
  input: Values,
  columns: 'discount' | 'invoice_discount',
): DiscountOfRow | undefined {
  const of = (part: string) => input[`${columns}_${part}`] ?? null
  const [percent, amount] = [of('percent') as bigint | null, of('amount') as bigint | null]
  const [to_date, periods] = [of('until') as string | null, of('invoices') as number | null]
  if (percent !== null && amount !== null)
    throw invalidField(`${columns}_amount`, 'other_kind', 'A discount is either in percent or an amount.')
  if (to_date !== null && periods !== null)
    throw invalidField(
      `${columns}_invoices`,
      'two_ends',
      'A discount has either a last day or so many invoices, not both.',
    )
  // One that has run out in the other system is none here.
  const over = to_date !== null && to_date < today(ctx).toString()
  if (over || (percent === null && (amount === null || amount === 0n))) return undefined
  const label = of('label')
  return { label: typeof label === 'string' ? label : 'Discount', percent, amount, to_date, periods }
}

const mostMacs = 50

/** Every MAC address of a row, the first one's device first. */
function macsOf(ctx: Ctx, input: Values): string[] {
  const errors: FieldError[] = []
  const macs = new Set<string>()
  for (const field of ['mac', 'further_macs'])
    for (const text of macTexts(input[field])) {
      try {
        macs.add(String(kinds.mac.decode(text, { kind: 'mac' }, ctx.tenant)))
      } catch (error) {
        if (!(error instanceof Complaint)) throw error
        errors.push({ field, code: error.code, detail: `“${text.slice(0, 40)}” ${error.message}.` })
      }
    }
  if (macs.size > mostMacs)
    errors.push({
      field: 'mac',
      code: 'too_many_devices',
      detail: `A service has at most ${mostMacs} devices.`,
    })
  if (errors.length > 0) throw invalid(errors)
  return [...macs]
}

/** One may be written with blanks between its parts, `02 00 5e 10 00 01`; several are parted by something else. */
const macTexts = (cell: unknown): string[] =>
  typeof cell === 'string'
    ? cell
        .split(/[,;|/\n]|\s+(?=(?:[0-9a-f]{2}[:-]){5}|(?:[0-9a-f]{4}\.){2}|[0-9a-f]{12}\b)/i)
        .map((text) => text.trim())
        .filter((text) => text !== '')
    : []
