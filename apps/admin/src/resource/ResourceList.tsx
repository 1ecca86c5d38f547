import { useLocation } from '@tanstack/react-router'
import { useMeta } from '../meta.ts'
import { MissingScreen } from '../ui/Screens.tsx'
import { NounList } from './NounList.tsx'

/** `/customers` or `/x/vehicle`: the noun is found by its address, so a new entity has its list at once. */
export function ResourceList() {
  const noun = useNounOfAddress()
  return noun ? <NounList key={noun.name} noun={noun} /> : <MissingScreen />
}

export function useNounOfAddress() {
  const [, first = '', second = ''] = useLocation().pathname.split('/')
  const { nouns } = useMeta()
  const path = first === 'x' ? `/api/v1/x/${second}` : `/api/v1/${first}`
  return nouns.find((noun) => noun.path === path)
}
