import type { FieldError } from '#kernel/refused.ts'
import { words } from '#kernel/resource.ts'

type Values = Record<string, unknown>

/** What is wrong with the speeds of an internet tariff: each mode needs its own fields and has no others. `tariff` holds stored values. */
export function* shapingMistakes(tariff: Values): Iterable<FieldError> {
  if (tariff.service_type !== 'internet') return
  yield* missing(tariff, ['speed_download_kbps', 'speed_upload_kbps'], 'An internet tariff')
  for (const { mode, fields, called } of modes) {
    const chosen = String(tariff[mode] ?? 'none')
    const needed = fields[chosen] ?? []
    yield* missing(tariff, needed, called)
    const others = [...new Set(Object.values(fields).flat())].filter((name) => !needed.includes(name))
    yield* unwanted(tariff, others, `${words(mode)} is ${chosen}`)
  }
  for (const direction of ['download', 'upload'] as const) yield* disorder(tariff, direction)
}

export const modes: readonly { mode: string; called: string; fields: Record<string, readonly string[]> }[] = [
  {
    mode: 'cir_mode',
    called: 'A guaranteed speed',
    fields: { percent: ['cir_percent'], fixed: ['cir_download_kbps', 'cir_upload_kbps'] },
  },
  {
    mode: 'burst_mode',
    called: 'A burst',
    fields: {
      percent: ['burst_limit_percent', 'burst_threshold_percent', 'burst_time_s'],
      fixed: [
        'burst_limit_download_kbps',
        'burst_limit_upload_kbps',
        'burst_threshold_download_kbps',
        'burst_threshold_upload_kbps',
        'burst_time_s',
      ],
    },
  },
]

function* missing(tariff: Values, names: readonly string[], called: string): Iterable<FieldError> {
  for (const name of names.filter((each) => isEmpty(tariff[each])))
    yield { field: name, code: 'required', detail: `${called} needs its ${words(name).toLowerCase()}.` }
}

function* unwanted(tariff: Values, names: readonly string[], because: string): Iterable<FieldError> {
  for (const name of names.filter((each) => !isEmpty(tariff[each])))
    yield { field: name, code: 'not_in_mode', detail: `${words(name)} has no meaning while ${because}.` }
}

/** A guaranteed speed is at most the speed, a burst at least; MikroTik refuses the rest of the queue otherwise. */
function* disorder(tariff: Values, direction: 'download' | 'upload'): Iterable<FieldError> {
  const kbps = (name: string) =>
    isEmpty(tariff[`${name}_${direction}_kbps`])
      ? undefined
      : BigInt(String(tariff[`${name}_${direction}_kbps`]))
  const [speed, cir, limit, threshold] = [
    kbps('speed'),
    kbps('cir'),
    kbps('burst_limit'),
    kbps('burst_threshold'),
  ]
  const over = (a: bigint | undefined, b: bigint | undefined) => a !== undefined && b !== undefined && a > b
  if (over(cir, speed))
    yield {
      field: `cir_${direction}_kbps`,
      code: 'above_speed',
      detail: `The guaranteed ${direction} is above the ${direction} speed.`,
    }
  if (over(speed, limit))
    yield {
      field: `burst_limit_${direction}_kbps`,
      code: 'below_speed',
      detail: `The ${direction} burst is below the ${direction} speed.`,
    }
  if (over(threshold, limit))
    yield {
      field: `burst_threshold_${direction}_kbps`,
      code: 'above_burst',
      detail: `The ${direction} burst threshold is above the burst itself.`,
    }
}

const isEmpty = (value: unknown): boolean => value === null || value === undefined
