import { useEffect } from 'react'

type Actions = Partial<Record<'filter' | 'down' | 'up' | 'select' | 'open' | 'edit' | 'create', () => void>>

const keys: Record<string, keyof Actions> = {
  '/': 'filter',
  j: 'down',
  ArrowDown: 'down',
  k: 'up',
  ArrowUp: 'up',
  x: 'select',
  Enter: 'open',
  e: 'edit',
  c: 'create',
}

/** The keys of a list, wherever the focus is but in a field, a dialog or on something that Enter presses. */
export function useListKeys(actions: Actions) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || !(event.target instanceof Element)) return
      if (
        event.target.closest(
          'input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox], [role=separator]',
        )
      )
        return
      if (event.key === 'Enter' && event.target.closest('a, button')) return
      const act = actions[keys[event.key] ?? ('' as keyof Actions)] // An unknown key finds nothing.
      if (!act) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  })
}
