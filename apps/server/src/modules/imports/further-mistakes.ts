import type { Ctx } from '#kernel/ctx.ts'
import { newId } from '#kernel/ids.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { refusalOf } from '#kernel/problems.ts'
import type { Refused } from '#kernel/refused.ts'
import { attempt } from './attempt.ts'
import { together } from './mistakes.ts'
import type { ReadyRow, ServiceOfRow } from './ready.ts'
import { writeRows } from './write.ts'

const mostTimes = 8

/**
 * What else is wrong with a row that was refused: what is sound in it is tried, without the cells that are named, and taken back, until
 * nothing more is said. What only a write finds out (a VAT number, a taken port) is so named together with the rest.
 */
export async function withFurtherMistakes(
  ctx: Ctx,
  sound: ReadyRow | undefined,
  first: Refused,
): Promise<Refused> {
  const refusals = [first]
  let rest: ReadyRow | undefined = sound && { ...sound, status: null }
  for (let time = 0; rest && time < mostTimes; time++) {
    const next = await refusedWhenTried(ctx, rest)
    if (!next || refusals.some(({ message }) => message === next.message)) break
    refusals.push(next)
    rest = without(rest, next)
  }
  return together(refusals) ?? first
}

class TakenBack extends Error {}

async function refusedWhenTried(ctx: Ctx, row: ReadyRow): Promise<Refused | undefined> {
  try {
    await attempt(ctx, async () => {
      await writeRows(ctx, [row])
      throw new TakenBack()
    })
    return undefined
  } catch (error) {
    if (error instanceof TakenBack) return undefined
    const refusal = refusalOf(error)
    if (!refusal) throw error
    return refusal
  }
}

/** The row with nothing, or with something made up, in the cells that are named; undefined where none of its cells is. */
export function without(row: ReadyRow, { errors }: Refused): ReadyRow | undefined {
  let rest = row
  for (const { field } of errors) rest = withoutField(rest, field)
  return rest === row ? undefined : rest
}

function withoutField(row: ReadyRow, field: string): ReadyRow {
  const { customer, service, address, contact, discount } = row
  if (customer && field.startsWith('custom.') && customer.values.custom instanceof JsonValue)
    return { ...row, customer: { ...customer, values: { ...customer.values, custom: new JsonValue({}) } } }
  if (customer && field !== 'name' && Object.hasOwn(customer.values, field)) {
    const { [field]: _wrong, ...values } = customer.values
    return { ...row, customer: { ...customer, values } }
  }
  if (service && Object.hasOwn(service, field)) return { ...row, service: servicePassing(service, field) }
  if (service?.discount && Object.hasOwn(service.discount, field))
    return { ...row, service: { ...service, discount: null } }
  if (discount && Object.hasOwn(discount, field)) return { ...row, discount: undefined }
  if (address && Object.hasOwn(address, field)) return { ...row, address: undefined }
  if (contact && Object.hasOwn(contact, field)) return { ...row, contact: undefined }
  return row
}

/** A login may have to be there; what else is wrong may be absent. */
function servicePassing(service: ServiceOfRow, field: string): ServiceOfRow {
  switch (field) {
    case 'login':
      return { ...service, login: newId() }
    case 'ipv4_address':
    case 'ipv4_mode':
      return { ...service, ipv4_address: null, ipv4_mode: null }
    case 'access_device_id':
    case 'access_port':
      return { ...service, access_device_id: null, access_port: null }
    case 'mac':
    case 'further_macs':
      return { ...service, mac: null, further_macs: [] }
    default:
      return { ...service, [field]: null }
  }
}
