import { invalid, Refused, type FieldError } from '#kernel/refused.ts'

/** What is wrong with one row of a file, gathered while it is judged, so that its result names all of it at once. */
export type Mistakes = {
  note: (refusal: Refused) => void
  /** What the work comes to; undefined where it is refused, which is noted. */
  in: <T>(work: () => T | Promise<T>) => Promise<T | undefined>
  /** Whether anything is wrong with one of these fields; with anything at all when none is named. */
  about: (...fields: string[]) => boolean
  /** All of it as one refusal, which keeps its own code where it is the only one. */
  refusal: () => Refused | undefined
}

export function mistakesOf(known: readonly Refused[] = []): Mistakes {
  const refusals = [...known]
  const note = (refusal: Refused) => void refusals.push(refusal)
  return {
    note,
    async in(work) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        note(error)
        return undefined
      }
    },
    about: (...fields) =>
      fields.length === 0
        ? refusals.length > 0
        : refusals.some(({ errors }) => errors.some(({ field }) => fields.includes(field))),
    refusal: () => together(refusals),
  }
}

/** The same sentence is said once. */
export function together(refusals: readonly Refused[]): Refused | undefined {
  const [first, ...others] = refusals
  if (!first || others.length === 0) return first
  const all = new Map<string, FieldError>()
  for (const { errors, code, message } of refusals)
    for (const error of errors.length > 0 ? errors : [{ field: '', code, detail: message }])
      if (!all.has(error.detail)) all.set(error.detail, error)
  return all.size === 1 ? first : invalid([...all.values()])
}
