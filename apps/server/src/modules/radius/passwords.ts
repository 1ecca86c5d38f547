import type { Secrets } from '#kernel/crypto.ts'
import { openWith } from '#kernel/crypto.ts'
import type { Subscriber } from './subscribers.ts'

const remembered_max = 50_000

/** Opens services' passwords. Recently opened ones are remembered by their ciphertext, so that a changed password is a new one. */
export class Passwords {
  readonly #secrets: Secrets
  #recent = new Map<string, string>()
  #older = new Map<string, string>()

  constructor(secrets: Secrets) {
    this.#secrets = secrets
  }

  async open({ tenant_id, service_id, password }: Subscriber): Promise<string> {
    const sealed = password.toString('latin1')
    const known = this.#recent.get(sealed) ?? this.#older.get(sealed)
    if (known !== undefined) {
      this.#remember(sealed, known)
      return known
    }
    const key = await this.#secrets.dataKey(tenant_id)
    const plain = openWith(
      key,
      tenant_id,
      { table: 'services', column: 'password', row_id: service_id },
      password,
    ).toString('utf8')
    this.#remember(sealed, plain)
    return plain
  }

  /** Two generations: cheaper than keeping an order of use, and forgets nearly the same. */
  #remember(sealed: string, plain: string): void {
    if (this.#recent.size >= remembered_max) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(sealed, plain)
  }
}
