import { useLocation } from '@tanstack/react-router'
import { useMeta } from '../meta.ts'

/** `/customers/…` or `/x/vehicle/…`: which noun the address is about. */
export function useNounOfAddress() {
  const [, first = '', second = ''] = useLocation().pathname.split('/')
  const { nouns } = useMeta()
  const path = first === 'x' ? `/api/v1/x/${second}` : `/api/v1/${first}`
  return nouns.find((noun) => noun.path === path)
}
