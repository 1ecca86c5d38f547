import { useState } from 'react'
import type { Row } from '../api.ts'

export type Selection = {
  ids: Set<string>
  /** Every row that the list's filters leave, also those not loaded yet. */
  matching: boolean
  toggle: (id: string) => void
  toggleAll: () => void
  chooseMatching: () => void
  clear: () => void
}

export function useSelection(rows: Row[]): Selection {
  const [ids, setIds] = useState<Set<string>>(new Set())
  const [matching, setMatching] = useState(false)
  const replace = (next: Set<string>) => {
    setIds(next)
    setMatching(false)
  }
  return {
    ids,
    matching,
    toggle: (id) => {
      const next = new Set(ids)
      if (!next.delete(id)) next.add(id)
      replace(next)
    },
    toggleAll: () => replace(ids.size >= rows.length ? new Set() : new Set(rows.map((row) => row.id))),
    chooseMatching: () => setMatching(true),
    clear: () => replace(new Set()),
  }
}
