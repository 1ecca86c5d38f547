import { MissingScreen } from '../ui/Screens.tsx'
import { NounList } from './NounList.tsx'
import { useNounOfAddress } from './useNounOfAddress.ts'

/** `/customers` or `/x/vehicle`: the noun is found by its address, so a new entity has its list at once. */
export function ResourceList() {
  const noun = useNounOfAddress()
  return noun ? <NounList key={noun.name} noun={noun} /> : <MissingScreen />
}
