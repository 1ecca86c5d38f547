/** A place in the outbox's order of commit. As an event's id in the stream it is what a client sends to go on from there. */
export type Position = { xid: string; seq: bigint }

export const printPosition = ({ xid, seq }: Position): string => `${xid}.${seq}`

export function parsePosition(text: string): Position | undefined {
  const [, xid, seq] = /^(\d{1,19})\.(\d{1,18})$/.exec(text) ?? []
  return xid && seq ? { xid, seq: BigInt(seq) } : undefined
}

export const isAfter = (one: Position, other: Position): boolean => {
  const [a, b] = [BigInt(one.xid), BigInt(other.xid)]
  return a > b || (a === b && one.seq > other.seq)
}
