import type { App } from '#kernel/app.ts'
import { poolDb } from '#kernel/db.ts'
import {
  authenticationMethod,
  type AccessReply,
  type AuthenticationMethod,
  type RadiusPacket,
  type ServerRequest,
} from '@isp/radius'
import type { AttemptLog } from './attempts.ts'
import { authorize, macOf, type Authorization } from './authorize.ts'
import { Batcher } from './batcher.ts'
import type { RouterClient } from './clients.ts'
import { checkCredentials, secretIsPlausible, type CredentialCheck } from './credentials.ts'
import { accessCounter } from './metrics.ts'
import { Passwords } from './passwords.ts'
import { replyTo } from './reply.ts'
import { findSubscribers, type Subscriber } from './subscribers.ts'
import { cleanText } from './text.ts'

type Question = {
  packet: RadiusPacket
  login: string
  method: AuthenticationMethod
  routers: readonly RouterClient[]
}
type Answer = {
  reply: AccessReply<RouterClient>
  router: RouterClient
  subscriber: Subscriber | undefined
  authorization: Authorization
}

/** More tenants than this behind one address and secret are not all asked. */
const routers_max = 64

/** Decides Access-Requests on the database as it is now, many requests a statement. */
export class AccessDesk {
  readonly #app: App
  readonly #passwords: Passwords
  readonly #log: AttemptLog
  readonly #class_key: Buffer
  readonly #batches: Batcher<Question, Answer>

  constructor(app: App, log: AttemptLog, class_key: Buffer) {
    this.#app = app
    this.#passwords = new Passwords(app.secrets)
    this.#log = log
    this.#class_key = class_key
    this.#batches = new Batcher((questions) => this.#decide(questions), {
      batch_max: 256,
      in_flight_max: 3,
      linger_ms: 1,
    })
  }

  /** Null, which is silence, when the secret is certainly another one. Rejects when the database is away; the router asks again or elsewhere. */
  async answer(request: ServerRequest<RouterClient>): Promise<AccessReply<RouterClient> | null> {
    const { packet } = request
    const routers = request.candidates
      .filter(({ secret }) => secretIsPlausible(packet, secret))
      .slice(0, routers_max)
    if (routers.length === 0) return null
    const login = cleanText(packet.string('User-Name') ?? '')
    const question = { packet, login, method: authenticationMethod(packet), routers }
    const { reply, router, subscriber, authorization } = await this.#batches.add(question)
    const { outcome: result, code, sentence } = authorization
    accessCounter.inc({ outcome: result, code })
    this.#log.add({
      tenant_id: router.tenant_id,
      at_ms: subscriber?.clock_at == null ? request.received_at_ms : subscriber.clock_at * 1000,
      login,
      result,
      code,
      sentence,
      method: question.method,
      router_id: router.id,
      service_id: subscriber?.service_id ?? null,
      customer_id: subscriber?.customer_id ?? null,
      partner_id: subscriber?.partner_id ?? null,
      mac: macOf(packet.string('Calling-Station-Id')) ?? null,
    })
    return reply
  }

  async #decide(questions: readonly Question[]): Promise<Answer[]> {
    const wanted = questions.flatMap(({ login, routers }) =>
      routers.map(({ tenant_id }) => ({ tenant_id, login })),
    )
    const found = await findSubscribers(poolDb(this.#app.pool), wanted)
    const answers: Answer[] = []
    let at = 0
    for (const question of questions) {
      const subscribers = found.slice(at, at + question.routers.length)
      at += question.routers.length
      answers.push(await this.#decideOne(question, subscribers))
    }
    return answers
  }

  /**
   * Several tenants may know the login: the one whose password fits is meant, else the one whose router is newest (they come newest
   * first).
   */
  async #decideOne(
    { packet, login, method, routers }: Question,
    subscribers: readonly (Subscriber | undefined)[],
  ): Promise<Answer> {
    let chosen: { router: RouterClient; subscriber: Subscriber; check: CredentialCheck } | undefined
    for (const [n, subscriber] of subscribers.entries()) {
      if (!subscriber || !login) continue
      const router = routers[n]!
      const check = checkCredentials(packet, method, router.secret, await this.#passwords.open(subscriber))
      if (!chosen || (check.verdict === 'right' && chosen.check.verdict !== 'right'))
        chosen = { router, subscriber, check }
      if (check.verdict === 'right') break
    }
    const router = chosen?.router ?? routers[0]!
    const check: CredentialCheck = chosen?.check ?? { verdict: 'wrong', attributes: [] }
    const mac = macOf(packet.string('Calling-Station-Id'))
    const authorization = authorize(chosen?.subscriber, { router, credentials: check.verdict, mac })
    const proven = authorization.outcome !== 'reject' || check.verdict !== 'right'
    const reply = replyTo(
      packet,
      router,
      chosen?.subscriber,
      authorization,
      proven ? check.attributes : [],
      this.#class_key,
    )
    return { reply, router, subscriber: chosen?.subscriber, authorization }
  }
}
