import { useTranslation } from 'react-i18next'
import { inSentence } from '../format.ts'
import { useMeta, type Field, type Noun } from '../meta.ts'
import { RelatedList } from './RelatedList.tsx'

/** The nouns that refer to this one, as real lists of the rows that do. */
export function RelatedLists({ noun, id, without = [] }: { noun: Noun; id: string; without?: string[] }) {
  const { t } = useTranslation()
  return useReferring(noun)
    .filter(({ noun: other }) => !without.includes(other.name))
    .map(({ noun: other, field, only }) => (
      <RelatedList
        key={`${other.name}.${field.name}`}
        brief
        noun={other}
        by={field.name}
        id={id}
        title={
          only
            ? other.label_plural
            : t('related.by', { what: other.label_plural, field: inSentence(field.label) })
        }
      />
    ))
}

export function useReferring(noun: Noun): { noun: Noun; field: Field; only: boolean }[] {
  const { nouns } = useMeta()
  return nouns.flatMap((other) => {
    if (!other.can.list) return []
    const fields = [...other.fields].filter(
      (field) => field.kind === 'reference' && field.to === noun.name && field.filterable,
    )
    return fields.map((field) => ({ noun: other, field, only: fields.length === 1 }))
  })
}
