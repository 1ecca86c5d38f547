import type { Db } from '#kernel/db.ts'
import { sql } from '#kernel/sql.ts'
import type { AccountingPacket } from './accounting-packet.ts'
import type { ClassToken } from './class-token.ts'
import type { RouterClient } from './clients.ts'
import { sessionKey } from './session-key.ts'
import type { Question } from './session-books.ts'

/** A packet as the journal has it: enough to enter it after a restart. */
type Note = {
  packet: AccountingPacket
  places: { router_id: string; token: ClassToken | undefined }[]
  received_at: number
  wall_at: number
}

/** Makes packets safe at little cost, one row for all of them; answers the row's id. */
export async function writeDown(db: Db, questions: readonly Question[]): Promise<string> {
  const notes = questions.map(({ packet, places, received_at, wall_at }): Note => ({
    packet,
    places: places.map(({ router, token }) => ({ router_id: router.id, token })),
    received_at,
    wall_at,
  }))
  const { id } = await db.one(
    sql<{ id: string }>`select radius_write_down(${JSON.stringify(notes)})::text as id`,
  )
  return id
}

/** After these have been entered. */
export async function strikeOut(db: Db, ids: readonly string[]): Promise<void> {
  await db.all(sql`select radius_strike_out(${ids}::bigint[])`)
}

/**
 * What was written down and not struck out, page by page in order: what a process acknowledged that then died. Another process may just
 * be about to enter some of it, which does no harm, as a packet that was counted adds nothing.
 */
export async function* writtenDown(
  db: Db,
  routerOf: (id: string) => RouterClient | undefined,
): AsyncGenerator<{ id: string; questions: Question[] }> {
  let after = '0'
  for (;;) {
    const [page] = await db.all(
      sql<{
        id: string
        packets: string
      }>`select id::text, packets from radius_written_down(${after}::bigint)`,
    )
    if (!page) return
    after = page.id
    const notes = JSON.parse(page.packets) as Note[]
    yield { id: page.id, questions: notes.map((note) => questionOf(note, routerOf)).filter(hasPlace) }
  }
}

const hasPlace = ({ places }: Question): boolean => places.length > 0

function questionOf(note: Note, routerOf: (id: string) => RouterClient | undefined): Question {
  const { packet, received_at, wall_at } = note
  const places = note.places.flatMap(({ router_id, token }) => {
    const router = routerOf(router_id)
    return router ? [{ router, token, key: sessionKey(packet, router_id, token) }] : []
  })
  return { packet, places, received_at, wall_at }
}
