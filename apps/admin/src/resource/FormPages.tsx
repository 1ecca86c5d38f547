import { useParams } from '@tanstack/react-router'
import { useSuspenseQuery } from '@tanstack/react-query'
import { api, type Row } from '../api.ts'
import type { Noun } from '../meta.ts'
import { MissingScreen } from '../ui/Screens.tsx'
import { NounForm } from './NounForm.tsx'
import { useNounOfAddress } from './useNounOfAddress.ts'

export function CreatePage() {
  const noun = useNounOfAddress()
  return noun?.can.create ? <NounForm key={noun.name} noun={noun} /> : <MissingScreen />
}

export function EditPage() {
  const noun = useNounOfAddress()
  const { id } = useParams({ strict: false }) as { id: string } // The route has it.
  return noun?.can.update ? <EditForm key={id} noun={noun} id={id} /> : <MissingScreen />
}

function EditForm({ noun, id }: { noun: Noun; id: string }) {
  // The newest version, once: what is typed must not be replaced under the person's hands.
  const { data } = useSuspenseQuery({
    queryKey: ['edit', noun.path, id],
    queryFn: () => api.get<Row>(`${noun.path}/${id}`),
    staleTime: Infinity,
    gcTime: 0,
  })
  return <NounForm noun={noun} row={data} />
}
