import { decideAccess } from '#modules/services/index.ts'
import type { Subscriber } from './subscribers.ts'

/** What is known of a request: where it came from and what it proved. */
export type Asked = {
  router: { id: string; block_mode: 'reject' | 'walled' }
  credentials: 'right' | 'wrong' | 'unsupported'
  /** `02:00:5e:10:00:01`; undefined where the router did not say. */
  mac: string | undefined
}

export type Authorization = {
  outcome: 'accept' | 'walled' | 'reject'
  /** Stable, for counters, the log and filters. */
  code: string
  /** Why, in one sentence. */
  sentence: string
}

/**
 * Whether a subscriber may connect: a pure decision. Credentials come first, so that only who knows the password learns how the
 * customer stands, or gets into the walled garden.
 */
export function authorize(subscriber: Subscriber | undefined, asked: Asked): Authorization {
  const reject = (code: string, sentence: string): Authorization => ({ outcome: 'reject', code, sentence })
  if (!subscriber) return reject('unknown_login', 'There is no service with this login.')
  if (asked.credentials === 'unsupported')
    return reject(
      'unsupported_method',
      'The router asked by a method that is not supported; use PAP, CHAP or MS-CHAP.',
    )
  if (asked.credentials === 'wrong') return reject('wrong_password', 'Wrong password.')
  const { macs } = subscriber
  if (macs && !(asked.mac && macs.includes(asked.mac))) {
    const bound = `This service is bound to the ${macs.length > 1 ? 'devices' : 'device'} ${macs.slice(0, 3).join(', ')}${macs.length > 3 ? ` and ${macs.length - 3} more` : ''}`
    return reject(
      'wrong_mac',
      asked.mac
        ? `${bound}; ${asked.mac} asked.`
        : `${bound}, and the router did not say which device asked.`,
    )
  }
  if (subscriber.router_id && subscriber.router_id !== asked.router.id)
    return reject('wrong_router', 'This service is bound to another router.')
  const { decision, code, sentence } = decideAccess({ ...subscriber, block_mode: asked.router.block_mode })
  return { outcome: decision, code, sentence }
}

/** Calling-Station-Id in whatever punctuation → `02:00:5e:10:00:01`; undefined when it is no MAC address. */
export function macOf(calling_station_id: string | undefined): string | undefined {
  if (calling_station_id === undefined || usual.test(calling_station_id)) return calling_station_id
  const digits = calling_station_id.toLowerCase().replace(/[-:. ]/g, '')
  return /^[0-9a-f]{12}$/.test(digits) ? digits.match(/../g)?.join(':') : undefined
}

const usual = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/
