import type { AccessReply, AttributeList, AttributeValue, RadiusPacket } from '@isp/radius'
import type { Authorization } from './authorize.ts'
import { digestOf, writeClassToken } from './class-token.ts'
import type { RouterClient } from './clients.ts'
import { policyFor } from './policy.ts'
import type { Subscriber } from './subscribers.ts'

/** The reply that carries out an authorization. `more` is what the authentication method answers. */
export function replyTo(
  packet: RadiusPacket,
  router: RouterClient,
  subscriber: Subscriber | undefined,
  authorization: Authorization,
  more: readonly AttributeList[],
  class_key: Buffer,
): AccessReply<RouterClient> {
  const attributes: [string, AttributeValue][] = more.flatMap((list) =>
    Array.isArray(list) ? list : Object.entries(list),
  )
  if (authorization.outcome === 'reject' || !subscriber) {
    attributes.push(['Reply-Message', shortened(authorization.sentence)])
    return { code: 'reject', candidate: router, attributes }
  }
  const policy = policyFor(authorization.outcome, subscriber, router)
  if (isPpp(packet))
    attributes.push(['Service-Type', serviceTypeFramed], ['Framed-Protocol', framedProtocolPpp])
  if (subscriber.ipv4_address) attributes.push(['Framed-IP-Address', subscriber.ipv4_address])
  if (subscriber.ipv6_prefix) attributes.push(['Delegated-IPv6-Prefix', subscriber.ipv6_prefix])
  attributes.push(['Acct-Interim-Interval', jittered(router.interim_interval_s)])
  attributes.push(...policy.attributes)
  const { tenant_id, service_id } = subscriber
  attributes.push([
    'Class',
    writeClassToken(class_key, { tenant_id, service_id, policy_digest: digestOf(policy.name) }),
  ])
  return { code: 'accept', candidate: router, attributes }
}

const serviceTypeFramed = 2
const framedProtocolPpp = 1

const isPpp = (packet: RadiusPacket): boolean =>
  packet.u32('Framed-Protocol') === framedProtocolPpp || packet.u32('Service-Type') === serviceTypeFramed

/** A tenth more or less, so that ten thousand sessions that began together do not report together; at least 60 s (RFC 2869 §5.16). */
const jittered = (interval_s: number): number =>
  Math.max(60, Math.round(interval_s * (0.9 + Math.random() * 0.2)))

/** At most 253 bytes of UTF-8, whole characters. */
function shortened(sentence: string): string {
  let text = sentence.slice(0, 253)
  while (Buffer.byteLength(text) > 253) text = text.slice(0, -1)
  return text.isWellFormed() ? text : text.slice(0, -1)
}
