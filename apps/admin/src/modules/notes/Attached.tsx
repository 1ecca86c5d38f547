import { Files } from '../files/Files.tsx'
import { Notes } from './Notes.tsx'
import { Todos } from './Todos.tsx'

/** What hangs on a row: what is to be done, what others should know, and its papers. */
export function Attached({ noun, row_id }: { noun: string; row_id: string }) {
  return (
    <div style={{ display: 'grid', gap: 16 }}>
      <Todos noun={noun} row_id={row_id} />
      <Notes noun={noun} row_id={row_id} />
      <Files noun={noun} row_id={row_id} />
    </div>
  )
}
