import { shapingAt, type Rates, type Shaping } from '#modules/catalog/index.ts'
import { decideAccess } from '#modules/services/index.ts'
import type { Subscriber } from './subscribers.ts'
import { vendorOf } from './vendors/by-type.ts'
import type { Attributes } from './vendors/vendor.ts'

/** What a router is to apply to a session, as one word that tells policies apart: `accept 20000/100000`, `walled blocked 20000/100000`, `reject`. */
export type Policy = { name: string; outcome: 'accept' | 'walled' | 'reject'; attributes: Attributes }

/** What a session's policy may be beside a policy's name: nobody knows; another than holds now; the session is told to end. */
export const policies = { unknown: 'unknown', other: 'other', disconnected: 'disconnected' } as const

type RouterPolicy = { nas_type: string; block_mode: 'reject' | 'walled'; walled_list: string }

/** The policy a subscriber's sessions should have on a router now. Nobody's login has no right to be online. */
export function policyOf(subscriber: Subscriber | undefined, router: RouterPolicy): Policy {
  if (!subscriber) return rejected
  return policyFor(
    decideAccess({ ...subscriber, block_mode: router.block_mode }).decision,
    subscriber,
    router,
  )
}

export function policyFor(outcome: Policy['outcome'], subscriber: Subscriber, router: RouterPolicy): Policy {
  if (outcome === 'reject') return rejected
  const rates = {
    upload_kbps: subscriber.speed_upload_kbps,
    download_kbps: subscriber.speed_download_kbps,
  }
  const shaping = subscriber.shaping && shapingAt(rates, subscriber.shaping)
  const vendor = vendorOf(router.nas_type)
  const speed = vendor.speed({ ...rates, shaping })
  const named = nameOf(rates, shaping)
  if (outcome === 'accept') return { name: `accept ${named}`, outcome, attributes: speed }
  return {
    name: `walled ${router.walled_list} ${named}`,
    outcome,
    attributes: [...speed, ...vendor.walled(router.walled_list)],
  }
}

function nameOf(rates: Rates, shaping: Shaping | null): string {
  const pair = ({ upload_kbps, download_kbps }: Rates) => `${upload_kbps}/${download_kbps}`
  if (!shaping) return pair(rates)
  const { guaranteed, burst, priority } = shaping
  return [
    pair(rates),
    ...(guaranteed ? [`min ${pair(guaranteed)}`] : []),
    ...(burst ? [`burst ${pair(burst.limit)} ${pair(burst.threshold)} ${burst.time_s}s`] : []),
    ...(priority === 'normal' ? [] : [priority]),
  ].join(' ')
}

const rejected: Policy = { name: 'reject', outcome: 'reject', attributes: [] }
