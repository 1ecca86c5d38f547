import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

/** The address' query as it is read everywhere: names to strings, spelled exactly as the API spells a list's query. */
export type Search = Record<string, string>

/**
 * The address' query as names to strings, and a setter that merges: `undefined` takes a name away.
 * Changes of what is looked at replace the entry; `push` is for what Back should undo (an opened drawer, a tab).
 */
export function useQueryState(): [
  Search,
  (change: Record<string, string | undefined>, push?: boolean) => void,
] {
  const search: Search = useSearch({ strict: false })
  const navigate = useNavigate()
  const set = useCallback(
    (change: Record<string, string | undefined>, push = false) => {
      void navigate({
        to: '.',
        replace: !push,
        resetScroll: false,
        search: (before: Search) => {
          const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined)
          return Object.fromEntries(merged)
        },
      })
    },
    [navigate],
  )
  return [search, set]
}
