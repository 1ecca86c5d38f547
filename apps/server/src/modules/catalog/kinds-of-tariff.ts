import { invalid, type FieldError } from '#kernel/refused.ts'
import { words, type Field, type Fields } from '#kernel/resource.ts'
import { bundleFields } from './bundle-fields.ts'
import { contractFields, contractMistakes } from './contract-terms.ts'
import { internetFields, voiceFields } from './fields-internet.ts'
import { priceFields, saleFields } from './fields-sale.ts'
import { shapingMistakes } from './shaping-fields.ts'

type Values = Record<string, unknown>

/** Refuses a tariff whose fields do not fit its kind or each other; every mistake is named. `tariff` holds stored values. */
export function checkTariff(tariff: Values): void {
  const mistakes = [
    ...strangers(tariff),
    ...shapingMistakes(tariff),
    ...priceMistakes(tariff),
    ...contractMistakes(tariff),
  ]
  if (mistakes.length > 0) throw invalid(mistakes)
}

type Kind = 'internet' | 'voice' | 'recurring' | 'one_time' | 'bundle'
const called: Record<Kind, string> = {
  internet: 'an internet tariff',
  voice: 'a voice tariff',
  recurring: 'a recurring tariff',
  one_time: 'a one-time tariff',
  bundle: 'a bundle',
}

const pick = <const N extends string>(fields: Fields, names: readonly N[]): Fields =>
  Object.fromEntries(names.map((name) => [name, fields[name]!]))

/** Fields that only some kinds have. */
export const limited: readonly { fields: Fields; kinds: readonly Kind[] }[] = [
  { fields: internetFields, kinds: ['internet'] },
  { fields: voiceFields, kinds: ['voice'] },
  { fields: bundleFields, kinds: ['bundle'] },
  {
    fields: {
      ...pick(priceFields, [
        'sold_monthly',
        'price_3_months',
        'price_6_months',
        'price_12_months',
        'price_24_months',
        'termination_fee',
      ]),
      ...pick(saleFields, ['max_stop_days']),
      ...contractFields,
    },
    kinds: ['internet', 'voice', 'recurring', 'bundle'],
  },
]

function* strangers(tariff: Values): Iterable<FieldError> {
  const kind = tariff.service_type as Kind
  for (const { fields, kinds } of limited) {
    if (kinds.includes(kind)) continue
    for (const [name, field] of Object.entries(fields)) {
      if (isSet(tariff[name], field))
        yield {
          field: name,
          code: 'not_for_kind',
          detail: `${field.label ?? words(name)} belongs to ${listed(kinds.map((each) => called[each]))}; this is ${called[kind]}.`,
        }
    }
  }
}

/** Whether a value says more than the field says by itself. */
function isSet(value: unknown, field: Field): boolean {
  if (value === undefined || value === null) return false
  if (Array.isArray(value)) return value.length > 0
  if (field.kind === 'money') return BigInt(String(value)) !== 0n || field.default === undefined
  return value !== field.default
}

function* priceMistakes(tariff: Values): Iterable<FieldError> {
  const longer = ['price_3_months', 'price_6_months', 'price_12_months', 'price_24_months']
  if (
    tariff.sold_monthly === false &&
    longer.every((name) => tariff[name] === null || tariff[name] === undefined)
  )
    yield {
      field: 'sold_monthly',
      code: 'no_period',
      detail: 'A tariff that is not sold monthly needs a price for a longer period.',
    }
  const { offered_from: from, offered_to: to } = tariff
  if (typeof from === 'string' && typeof to === 'string' && to < from)
    yield { field: 'offered_to', code: 'before_start', detail: 'Offered to is before offered from.' }
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
